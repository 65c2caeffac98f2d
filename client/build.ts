import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

/**
 * Builds what a browser loads: `node client/build.ts` fills `client/dist`. Files carry a hash of their
 * content, except `parley-room.js` and `parley-admin.js`, the names that other pages embed, and the pages themselves.
 */
const HERE = dirname(fileURLToPath(import.meta.url));
const PAGES = ['src/page/room-page.ts', 'src/page/embed-page.ts', 'src/page/admin-page.ts'];
/** What may be loaded before the first paint of a room, compressed, in bytes. */
const FIRST_PAINT_LIMIT = 120_000;

/**
 * Zod brings what turns its schemas into JSON Schema with every schema that it makes, 5 kB compressed. No page
 * asks for any; the server, which does, is not built.
 */
const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup(builder) {
    const none =
      'const none = () => ({}); module.exports = { aggregateChecks: none, createToJSONSchemaMethod: () => none, createStandardJSONSchemaMethod: () => none };';
    builder.onLoad({ filter: /\bzod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/ }, () => ({
      contents: none,
    }));
  },
};

const BROWSER = {
  bundle: true,
  format: 'esm',
  splitting: true,
  minify: true,
  target: ['chrome124', 'firefox128', 'safari18'],
  conditions: ['browser', 'production'],
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  legalComments: 'none',
  metafile: true,
  plugins: [withoutJsonSchema],
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Bundles entry points for a browser as `client/dist` is; `more` is for tests, which want plain names. */
export function bundle(entryPoints: readonly string[], outdir: string, more: Pick<BuildOptions, 'entryNames'> = {}) {
  return build({ ...BROWSER, absWorkingDir: HERE, entryPoints: [...entryPoints], outdir, ...more });
}

async function main(): Promise<void> {
  const outdir = join(HERE, 'dist');
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await bundle(['src/element.ts', 'src/admin/parley-admin.ts', ...PAGES, 'page/page.css'], outdir);
  const outputs = outputsOf(metafile);
  await writeFile(join(outdir, 'parley-room.js'), `export * from './${must(outputs, 'src/element.ts').file}';\n`);
  const admin = must(outputs, 'src/admin/parley-admin.ts').file;
  await writeFile(join(outdir, 'parley-admin.js'), `export * from './${admin}';\n`);
  for (const name of ['index.html', 'embed.html', 'admin.html']) {
    await writeFile(join(outdir, name), fill(await readFile(join(HERE, 'page', name), 'utf8'), outputs));
  }
  await copyFile(join(HERE, 'page/favicon.svg'), join(outdir, 'favicon.svg'));
  await weigh(outdir, outputs);
}

interface Output {
  readonly file: string;
  /** Files that load with it, itself included. */
  readonly closure: readonly string[];
}

function outputsOf({ outputs }: Metafile): Map<string, Output> {
  const byEntry = new Map<string, Output>();
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint === undefined) continue;
    const closure = staticImports(outputs, path).map((one) => relative('dist', one));
    byEntry.set(entryPoint, { file: relative('dist', path), closure });
  }
  return byEntry;
}

function staticImports(outputs: Metafile['outputs'], path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const next = outputs[path]?.imports.filter(({ kind }) => kind === 'import-statement') ?? [];
  return [path, ...next.flatMap((one) => staticImports(outputs, one.path, seen))];
}

/** Puts hashed names for `{{entry}}`, and preloads for `{{preload entry}}`. */
function fill(html: string, outputs: Map<string, Output>): string {
  return html.replace(/\{\{(preload )?([^}]+)\}\}/g, (_, preload: string | undefined, entry: string) => {
    const { file, closure } = must(outputs, entry);
    if (preload === undefined) return `./${file}`;
    return closure.map((one) => `<link rel="modulepreload" href="./${one}" />`).join('\n    ');
  });
}

async function weigh(outdir: string, outputs: Map<string, Output>): Promise<void> {
  const files = new Set([...must(outputs, 'src/page/room-page.ts').closure, must(outputs, 'page/page.css').file]);
  const sizes = await Promise.all(
    [...files].map(async (file) => gzipSync(await readFile(join(outdir, file)), { level: 9 }).length),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  process.stdout.write(
    `client: ${(total / 1000).toFixed(1)} kB compressed before the first paint, of ${FIRST_PAINT_LIMIT / 1000} kB allowed\n`,
  );
  if (total <= FIRST_PAINT_LIMIT) return;
  process.stderr.write('client: too heavy; load what the first paint does not need with import()\n');
  process.exitCode = 1;
}

function must(outputs: Map<string, Output>, entry: string): Output {
  const output = outputs.get(entry);
  if (output === undefined) throw new Error(`no output for ${entry}`);
  return output;
}

if (import.meta.main) await main();
