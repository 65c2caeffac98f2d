import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The built pages, by the path they are served under. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;
interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Nothing but our own files; text of people or of the model can load nothing. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A build puts a digest of the content into the names of files that never change. */
const HASHED = /-[A-Z0-9]{8}\.[a-z0-9]+$/;

/** Reads a folder of built files once; what is not in it cannot be asked for. Empty when there is no such folder. */
export async function readStaticFiles(folder: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, StaticFile>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(
      file.slice(folder.length).replaceAll('\\', '/'),
      describe(entry.name, new Uint8Array(await readFile(file))),
    );
  }
  const index = files.get('/index.html');
  // The page itself reads what it is opened for from its address.
  if (index !== undefined) for (const path of ['/', '/invite']) files.set(path, index);
  const admin = files.get('/admin.html');
  if (admin !== undefined) files.set('/admin', admin);
  return files;
}

function describe(name: string, bytes: Uint8Array<ArrayBuffer>): StaticFile {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  const headers = {
    'content-type': type,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(type.startsWith('text/html')
      ? { 'content-security-policy': PAGE_POLICY }
      : // The element is made to be loaded by pages elsewhere.
        { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }),
  };
  return { bytes, gzipped: new Uint8Array(gzipSync(bytes)), headers };
}
