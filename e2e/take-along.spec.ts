import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, journey, openLive, pageViews, sharedJourney } from './journey.ts'

const looking = sharedJourney((kinesight) =>
  kinesight.put([...pageViews(20, "/it's"), ...pageViews(10)]),
)

/** Opens a menu by keyboard. */
async function open(page: Page, label: string | RegExp) {
  const button = page.getByRole('button', { name: label })
  await button.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu')).toBeVisible()
  return button
}

looking(
  'what a chart shows goes along as a line for a shell, and Esc in its menu lifts no filter',
  async ({ page, context, kinesight }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await openLive(page, `/?${new URLSearchParams({ window: '1m', by: 'page', key: "/it's" })}`)
    const button = await open(page, 'Take this chart along')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('menu')).toBeHidden()
    await expect(button).toBeFocused()
    expect(page.url()).toContain('by=page')

    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Copy as curl' }).press('Enter')
    await expect(page.getByRole('button', { name: 'Copied' })).toBeFocused()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `curl -s '${kinesight.url}/api/v1/kpis/page_views/series?window=1m&step=1s&filter=page:/it'\\''s'`,
    )
    await expect(button).toBeVisible()
  },
)

journey('a list comes as a file, as it stood when paused', async ({ page, kinesight }) => {
  await kinesight.put([...pageViews(20, '/docs'), ...pageViews(10)])
  await openLive(page, '/?window=1m')
  const list = page.getByRole('region', { name: 'Top pages' })
  await expect(list.getByRole('button', { name: '/docs' })).toBeVisible()
  await page.getByRole('button', { name: 'Pause' }).click()
  await open(page, 'Take this list along: Top pages')
  const item = page.getByRole('menuitem', { name: 'Download CSV', exact: true })
  await expect(item).toHaveAttribute(
    'href',
    /^\/api\/v1\/kpis\?window=1m&by=page&limit=8&to=\d{4}-.*Z&format=csv$/,
  )
  const downloading = page.waitForEvent('download')
  await item.press('Enter')
  const file = await downloading
  expect(file.suggestedFilename()).toMatch(/\.csv$/)
  expect(await readFile(await file.path(), 'utf8')).toMatch(/,key,page,\/docs,page_views,.*,20,/)
})

looking('without a clipboard the line can be copied by hand', async ({ page, kinesight }) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'clipboard', { value: undefined }),
  )
  await openLive(page, '/spend')
  const button = await open(page, 'Take this chart along')
  await page.getByRole('menuitem', { name: 'Copy as curl' }).press('Enter')
  const text = page.getByRole('dialog').getByRole('textbox', { name: 'Text to copy' })
  await expect(text).toBeFocused()
  expect(await page.evaluate(() => getSelection()?.toString())).toContain(
    `curl -s '${kinesight.url}/api/v1/kpis/spend/series?window=5m&step=2s'`,
  )
  await page.keyboard.press('Escape')
  await expect(button).toBeFocused()
})
