import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { askWhether } from './replay-offer.ts'

const asked = async (typed: string | null) => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const answer = askWhether('Now? [y/N] ', { input, output })
  if (typed === null) input.end()
  else input.write(typed)
  const result = await answer
  return { result, shown: String(output.read() ?? '') }
}

test.each([
  ['y\n', 'yes'],
  ['Yes \n', 'yes'],
  ['\n', 'no'],
  ['n\n', 'no'],
  ['yesterday\n', 'no'],
  [null, 'stop'],
] as const)('%j is %s', async (typed, result) => {
  expect(await asked(typed)).toEqual({ result, shown: 'Now? [y/N] ' })
})
