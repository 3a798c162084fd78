import type { Locator, Page } from '@playwright/test'
import { expect, openLive, sharedJourney } from './journey.ts'

const TURNED = '\u202eemca \u2066gnihton'
const PILED = `zalgo${'\u0301'.repeat(500)}`
const BLANK = '   '
const HEBREW = 'ישראל (12)'

/** Each spends so much. */
const ACCOUNTS = [TURNED, PILED, BLANK, HEBREW].map((account, at) => ({ account, cost: 10 + at }))

const journey = sharedJourney(async (kinesight) => {
  await kinesight.put(
    ACCOUNTS.map(({ account, cost }, n) => ({
      ...{ id: `${n}`, type: n === 0 ? `view${TURNED}` : 'page_view', visitor: `v${n}` },
      ...{ page: `/${account}`, campaign: account, account, placement: account, cost },
    })),
  )
  await kinesight.putText(`{"type":"${TURNED}","cost":"e${'\u0301'.repeat(300)}"}`)
  for (const { account } of ACCOUNTS) {
    const rule = { kpi: 'spend', window: '1h', when: 'above', value: '1' }
    const answer = await fetch(`${kinesight.url}/api/v1/alerts/rules`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: kinesight.url },
      body: JSON.stringify({ ...rule, filter: { dimension: 'account', key: account } }),
    })
    expect(answer.status).toBe(201)
  }
})

/** Texts, titles and labels of the page that hold what turns words round, is not seen, or piles up. */
const unsafe = (page: Page) =>
  page.evaluate(() => {
    const bad = /[\u202a-\u202e\u2066\u2067\u200e\u200f\u061c\u200b]|\p{M}{5}/u
    const found: string[] = []
    const look = (text: string | null | undefined) => {
      if (text && bad.test(text)) found.push(text.slice(0, 80))
    }
    look(document.title)
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode() !== null) {
      const { textContent, parentElement } = texts.currentNode
      if (parentElement?.closest('script, style') === null) look(textContent)
    }
    for (const element of document.querySelectorAll('[title], [aria-label]')) {
      look(element.getAttribute('title'))
      look(element.getAttribute('aria-label'))
    }
    return found
  })

/** From left to right, as they are drawn. */
const drawnOrder = (place: Locator, words: readonly string[]) =>
  place.evaluate((element, words) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    const lefts: [string, number][] = []
    while (texts.nextNode() !== null) {
      const text = texts.currentNode.textContent ?? ''
      for (const word of words) {
        const at = text.indexOf(word)
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(texts.currentNode, at)
        range.setEnd(texts.currentNode, at + word.length)
        lefts.push([word, range.getBoundingClientRect().left])
      }
    }
    return lefts.sort(([, a], [, b]) => a - b).map(([word]) => word)
  }, words)

for (const path of [
  '/',
  '/spend?window=1h',
  '/alerts',
  '/dead-letters',
  '/kpis/compose',
  '/shards',
]) {
  journey(`no text of an event turns, hides or grows on ${path}`, async ({ page }) => {
    await openLive(page, path)
    await expect(page.getByRole('status').getByText('Spend of account')).toBeVisible()
    expect(await unsafe(page)).toEqual([])
  })
}

journey(
  'a threshold on a key that turns words round reads from left to right',
  async ({ page }) => {
    await openLive(page, '/alerts')
    for (const [name, words] of [
      ['emca', ['Spend of', 'account', '[U+202E]', 'emca', 'over 1 h above']],
      ['ישראל', ['Spend of', 'account', 'ישראל', 'over 1 h above']],
    ] as const) {
      const sentence = page.getByRole('listitem').filter({ hasText: name }).first()
      await expect(sentence).toBeVisible()
      const seen = words.flatMap((word) => (word === 'Spend of' ? [] : [word]))
      expect(await drawnOrder(sentence, seen)).toEqual(seen)
      await expect(sentence.locator('bdi').first()).toContainText(name)
    }
  },
)

journey('five hundred marks are as high as a line, and said', async ({ page }) => {
  await openLive(page, '/alerts')
  const key = page.locator('bdi', { hasText: 'zalgo' }).first()
  await expect(key).toContainText('marks]')
  const { height } = (await key.boundingBox()) ?? { height: Number.NaN }
  expect(height).toBeLessThan(40)
  // What piled up would be drawn over what is above: marks are few now, so that no ink leaves the line.
  expect((await key.textContent())?.match(/\p{M}+/gu)?.every((marks) => marks.length <= 4)).toBe(
    true,
  )
})

journey(
  'a key of blanks has a name in the banner, in the table and when it filters',
  async ({ page }) => {
    await openLive(page, '/spend?window=1h')
    await expect(page.getByRole('status').getByText('Spend of account')).toContainText(
      /␣␣␣|emca|zalgo|ישראל/,
    )
    const row = page
      .getByRole('table', { name: 'Spend by account' })
      .getByRole('row')
      .filter({ hasText: '␣␣␣' })
    await row.click()
    await expect(page).toHaveURL(/key=(\+|%20){3}/)
    const chart = page.getByRole('region', { name: 'Spend', exact: true })
    await expect(chart.locator('bdi', { hasText: '␣␣␣' })).toBeVisible()
    await expect(
      page.getByRole('listitem').filter({ hasText: 'Spend of account ␣␣␣' }).first(),
    ).toBeVisible()
  },
)
