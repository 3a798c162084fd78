import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { OTHER_KEY } from '../../lib/kpis.ts'
import { dimensionKey, eventKey, MAX_KEY_LENGTH } from './keys.ts'

const referrerOf = (referrer: string) => eventKey({ referrer } as StreamEvent, 'referrer')

describe('keys', () => {
  it('a referrer’s key is its host in lower case, without www and port', () => {
    expect(referrerOf('https://www.Google.com/search?q=x')).toBe('google.com')
    expect(referrerOf('http://user:secret@Example.org:8080/a@b')).toBe('example.org')
    expect(referrerOf('//cdn.example.org/x')).toBe('cdn.example.org')
    expect(referrerOf('android-app://com.google.android')).toBe('com.google.android')
    expect(referrerOf('http://[::1]:3000/x')).toBe('[::1]')
  })

  it('a plain word stays as it is', () => {
    expect(referrerOf('newsletter')).toBe('newsletter')
    expect(referrerOf('Google')).toBe('Google')
  })

  it('an event without the field, or with nothing in it, has no key', () => {
    expect(eventKey({} as StreamEvent, 'page')).toBeUndefined()
    expect(eventKey({ page: '' } as StreamEvent, 'page')).toBeUndefined()
    expect(referrerOf('https:///path')).toBeUndefined()
  })

  it('long keys are cut without becoming one', () => {
    const [a, b] = [`/${'x'.repeat(2_000)}a`, `/${'x'.repeat(2_000)}b`]
    expect(dimensionKey(a).length).toBe(MAX_KEY_LENGTH)
    expect(dimensionKey(a)).not.toBe(dimensionKey(b))
    expect(dimensionKey(dimensionKey(a))).toBe(dimensionKey(a))
    expect(dimensionKey('/short')).toBe('/short')
  })

  it('no event can write into "other"', () => {
    expect(dimensionKey(OTHER_KEY)).not.toBe(OTHER_KEY)
    expect(eventKey({ page: OTHER_KEY } as StreamEvent, 'page')).not.toBe(OTHER_KEY)
  })

  it('half a character becomes a whole one, as it will in bytes', () => {
    const key = dimensionKey('/a\ud800b')
    expect(Buffer.from(key, 'utf8').toString('utf8')).toBe(key)
  })
})
