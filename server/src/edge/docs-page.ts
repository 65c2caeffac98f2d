import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { EdgeApp } from './edge.ts';

type OpenApi = ReturnType<EdgeApp['getOpenAPI31Document']>;

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Parley',
    version: '1',
    description:
      'Shared AI rooms over HTTP. Sockets are described in PROTOCOL.md. Errors are `application/problem+json` with a stable `code`.',
  },
  security: [{ bearer: [] }],
};

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e;background:#fff}
section{border-top:1px solid #d8d8dc;padding:1rem 0}h2{font-size:1rem;margin:0}code,pre{font:14px/1.45 ui-monospace,monospace}
b{display:inline-block;min-width:4.5rem}pre{background:#f4f4f6;padding:.75rem;overflow:auto;border-radius:6px}
@media(prefers-color-scheme:dark){body{color:#ececf0;background:#161618}section{border-color:#3a3a3f}pre{background:#232327}a{color:#8ab4ff}}`;
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`;

/** The interface as a document for programs, and the same document as a page for people: no script, nothing from elsewhere. */
export function docsRoutes(app: EdgeApp): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  let document: OpenApi | null = null;
  const described = (): OpenApi => (document ??= barePatterns(app.getOpenAPI31Document(INFO)));
  app.get('/openapi.json', (c) => c.json(described()));
  app.get('/docs', (c) => c.html(page(described()), 200, { 'content-security-policy': POLICY }));
}

/** The generator leaves the flag behind an anchored pattern; JSON Schema knows no flags and reads every pattern as Unicode. */
function barePatterns(document: OpenApi): OpenApi {
  const bare = (key: string, value: unknown): unknown =>
    key === 'pattern' && typeof value === 'string' ? value.replace(/\$\/u$/, '$') : value;
  // The same document, but for what a pattern says.
  return JSON.parse(JSON.stringify(document, bare)) as OpenApi;
}

function page(document: OpenApi): ReturnType<typeof html> {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => section(method, path, operation)),
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${INFO.info.title}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <h1>${INFO.info.title}</h1>
        <p>${INFO.info.description} For programs: <a href="/openapi.json">openapi.json</a>.</p>
        ${operations}
      </body>
    </html>`;
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: unknown;
  readonly requestBody?: unknown;
  readonly responses?: unknown;
}

function section(
  method: string,
  path: string,
  { summary = '', parameters, requestBody, responses }: Operation,
): ReturnType<typeof html> {
  const shape = JSON.stringify({ parameters, requestBody, responses }, null, 2);
  return html`<section>
    <h2><b>${method.toUpperCase()}</b> <code>${path}</code></h2>
    <p>${summary}</p>
    <details>
      <summary>Shapes</summary>
      <pre>${shape}</pre>
    </details>
  </section>`;
}
