import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../platform/errors.ts'
import { HELP, readOptions } from './replay-options.ts'
import { findTarget } from './replay-target.ts'
import { findWatcher, targetText } from './replay-watcher.ts'

describe('options', () => {
  test('defaults depend on the speed', () => {
    expect(readOptions(['a.log', '--format', 'combined'])).toEqual({
      file: 'a.log',
      format: 'combined',
      speed: 'max',
      at: 'original',
      isAtGiven: false,
      stream: undefined,
      endpoint: undefined,
      region: undefined,
    })
    const slow = ['a.log', '--format=events', '--speed', '60']
    expect(readOptions(slow)).toMatchObject({ speed: 60, at: 'now' })
    expect(readOptions([...slow, '--at', 'original'])).toMatchObject({
      ...{ speed: 60, at: 'original', isAtGiven: true },
    })
  })

  test.each([
    [[], /FILE is missing/],
    [['a', 'b', '--format', 'events'], /One FILE/],
    [['a'], /--format is missing.*combined, ipinyou, events/],
    [['a', '--format', 'csv'], /--format csv: choose one of/],
    [['a', '--format', 'events', '--speed', 'fast'], /--speed fast/],
    [['a', '--format', 'events', '--speed', '0'], /--speed 0/],
    [['a', '--format', 'events', '--at', 'noon'], /--at noon/],
    [['a', '--format', 'events', '--endpoint', 'localhost:4567'], /--endpoint.*http:/],
    [['a', '--format', 'events', '--stream', 'a b'], /--stream a b/],
    [['a', '--fromat', 'events'], /--fromat/],
  ])('%j is refused, naming the option', (args, message) => {
    expect(() => readOptions(args)).toThrow(SetupError)
    expect(() => readOptions(args)).toThrow(message)
    expect(() => readOptions(args)).toThrow(/--help/)
  })

  test('the help names every option', () => {
    expect(readOptions(['--help'])).toBe('help')
    for (const option of ['format', 'speed', 'at', 'stream', 'endpoint', 'region', 'help']) {
      expect(HELP).toContain(`--${option}`)
    }
  })
})

describe('the target', () => {
  const none = { stream: undefined, endpoint: undefined, region: undefined }
  const nobody = async () => undefined

  test('is the embedded stream of the Kinesight that runs here', async () => {
    const asked: string[] = []
    const ask = async (url: string) => {
      asked.push(url)
      return {
        name: 'clickstream',
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:5001',
        embedded: true,
        dataDir: path.resolve('./data'),
      }
    }
    expect(await findTarget(none, { PORT: '8080' }, ask)).toEqual({
      streamName: 'clickstream',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:5001',
      anyCredentials: true,
    })
    expect(asked).toEqual(['http://127.0.0.1:8080/api/v1/stream'])
  })

  test('is no stream that is not named where no Kinesight answers, however its port is known', async () => {
    for (const env of [{}, { EMBEDDED_KINESIS_PORT: '4567' }]) {
      await expect(findTarget(none, env, nobody)).rejects.toThrow(
        /^No Kinesight that is ready answers at http:..127\.0\.0\.1:3000: .*set PORT .*--endpoint$/,
      )
    }
  })

  test('is never the stream of another data folder, but for one that --endpoint names', async () => {
    const here = {
      ...{ name: 'clickstream', region: 'us-east-1', embedded: true },
      endpoint: 'http://127.0.0.1:5001',
    }
    const find = (answer: object, DATA_DIR: string, endpoint?: string) =>
      findTarget({ ...none, endpoint }, { DATA_DIR }, async () => answer)
    const other = { ...here, dataDir: '/srv/shop' }
    await expect(find(other, '/srv/mine')).rejects.toThrow(
      /^Nothing was put: the Kinesight at http:..127\.0\.0\.1:3000 has the data folder \/srv\/shop, and DATA_DIR is \/srv\/mine\. .*clickstream .*--endpoint http:..127\.0\.0\.1:5001/,
    )
    await expect(find(here, '/srv/mine')).rejects.toThrow(/does not say which data folder it has/)
    expect(await find(other, '/srv/shop/')).toMatchObject({ endpoint: here.endpoint })
    expect(await find(other, '/srv/mine', here.endpoint)).toMatchObject({ endpoint: here.endpoint })
  })

  test('is that of a folder by whichever of its paths it was started', async () => {
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kinesight-replay-')))
    try {
      const dataDir = path.join(folder, 'data')
      mkdirSync(dataDir)
      symlinkSync(dataDir, path.join(folder, 'link'))
      const ask = async () => ({
        ...{ name: 'clickstream', region: 'us-east-1', embedded: true, dataDir },
        endpoint: 'http://127.0.0.1:5001',
      })
      const found = await findTarget(none, { DATA_DIR: path.join(folder, 'link') }, ask)
      expect(found.endpoint).toBe('http://127.0.0.1:5001')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('of a Kinesight that is starting is not there yet', async () => {
    const ask = async () => ({
      ...{ name: 'clickstream', region: 'us-east-1', embedded: true },
      ...{ endpoint: null, dataDir: path.resolve('./data') },
    })
    await expect(findTarget(none, {}, ask)).rejects.toThrow(/still starting: try again/)
  })

  test('is never a real stream that was not named', async () => {
    const ask = async () => ({ name: 'prod', region: 'eu-west-1', endpoint: null, embedded: false })
    await expect(findTarget(none, {}, ask)).rejects.toThrow(/--stream prod --region eu-west-1/)
  })

  test('a named stream is on Amazon Kinesis, and needs a region', async () => {
    const named = { ...none, stream: 'prod' }
    await expect(findTarget(named, {}, nobody)).rejects.toThrow(/--region/)
    expect(await findTarget(named, { AWS_REGION: 'eu-west-1' }, nobody)).toEqual({
      streamName: 'prod',
      region: 'eu-west-1',
      endpoint: undefined,
      anyCredentials: false,
    })
  })

  test('made-up credentials are for endpoints on this machine', async () => {
    const at = (endpoint: string) => findTarget({ ...none, endpoint }, {}, nobody)
    expect((await at('http://localhost:4567')).anyCredentials).toBe(true)
    expect((await at('https://kinesis.example.com')).anyCredentials).toBe(false)
  })
})

describe('the Kinesight that will show what is put', () => {
  const kept = { secondsMs: 1, minutesMs: 2, hoursMs: 400, from: 7 }
  const embedded = {
    ...{ name: 'clickstream', region: 'us-east-1', embedded: true, kept, dataDir: '/srv/shop' },
    endpoint: 'http://127.0.0.1:4567',
  }
  const target = { streamName: 'clickstream', region: 'us-east-1', endpoint: embedded.endpoint }
  const watching = (
    { streamName, region, endpoint }: { streamName: string; region: string; endpoint?: string },
    answer: object | undefined,
  ) => findWatcher({ streamName, region, endpoint }, { PORT: '8080' }, async () => answer)

  test('is the one that runs here and reads that very stream', async () => {
    const found = {
      ...{ origin: 'http://127.0.0.1:8080', dataDir: '/srv/shop' },
      kept: { forMs: 400, from: 7 },
    }
    expect(await watching(target, embedded)).toEqual(found)
    const named = { ...target, endpoint: 'http://localhost:4567/' }
    expect(await watching(named, embedded)).toEqual(found)
    const real = { streamName: 'clickstream', region: 'us-east-1' }
    expect(await watching(real, { ...embedded, endpoint: null })).toEqual(found)
  })

  test('is named with its data folder before anything is put', async () => {
    const origin = 'http://127.0.0.1:8080'
    expect(targetText(target, await watching(target, embedded), origin)).toBe(
      'Target       clickstream at http://127.0.0.1:4567\nData folder  /srv/shop, of the Kinesight at http://127.0.0.1:8080\n',
    )
    expect(targetText(target, undefined, origin)).toContain(
      'Data folder  not known: no Kinesight at http://127.0.0.1:8080 reads this stream',
    )
  })

  test('is none where it reads another one, or does not answer', async () => {
    expect(await watching(target, undefined)).toBeUndefined()
    expect(await watching({ ...target, streamName: 'other' }, embedded)).toBeUndefined()
    expect(
      await watching({ ...target, endpoint: 'http://127.0.0.1:4568' }, embedded),
    ).toBeUndefined()
    expect(
      await watching(
        { streamName: 'clickstream', region: 'eu-west-1' },
        { ...embedded, endpoint: null },
      ),
    ).toBeUndefined()
  })
})
