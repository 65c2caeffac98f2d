import type { EdgeApp } from './edge.ts';
import type { StaticFiles } from './static-files.ts';

export function staticRoutes(app: EdgeApp, files: StaticFiles): void {
  app.get('*', (c) => {
    const file = files.get(c.req.path);
    if (file === undefined) return c.notFound();
    if (c.req.header('if-none-match') === file.headers['etag']) return c.body(null, 304, file.headers);
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(file.bytes, 200, file.headers);
    return c.body(file.gzipped, 200, { ...file.headers, 'content-encoding': 'gzip' });
  });
}
