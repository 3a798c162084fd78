import path from 'node:path'
import { ROOT } from '../scripts/root.mjs'

/** Bundles `bench/<name>/<part>.ts` as the server is bundled. Resolves with the folder, which the caller removes. */
export async function bundle(name, parts) {
  const { build } = await import('esbuild')
  const outdir = path.join(ROOT, '.cache', `bench-${name}`)
  await build({
    absWorkingDir: ROOT,
    entryPoints: parts.map((part) => `bench/${name}/${part}.ts`),
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.9',
    packages: 'external',
    logLevel: 'warning',
  })
  return outdir
}
