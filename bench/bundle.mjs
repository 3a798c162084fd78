import path from 'node:path'
import { ROOT } from '../scripts/root.mjs'

/** Bundles `bench/<name>/<part>.ts` as the server is bundled. Resolves with the folder, which the caller removes. */
export async function bundle(name, parts) {
  const outdir = path.join(ROOT, '.cache', `bench-${name}`)
  const files = parts.map((part) => `bench/${name}/${part}.ts`)
  await bundleInto(outdir, files)
  return outdir
}

/** `outdir` has to be inside the project, where packages are found. */
export async function bundleInto(outdir, files) {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: ROOT,
    entryPoints: files,
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Constants become numbers: as variables of a module they would be read, and checked, each time.
    minifySyntax: true,
    target: 'node20.15',
    packages: 'external',
    logLevel: 'warning',
  })
}
