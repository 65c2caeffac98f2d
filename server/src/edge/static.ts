import type { Edge, EdgeApp } from './edge.ts';

export function staticRoutes(app: EdgeApp, { files, inviteUrl }: Pick<Edge, 'files' | 'inviteUrl'>): void {
  // The code stands behind `#`: a browser takes it along, and neither server sees it.
  if (inviteUrl !== null) app.get('/invite', (c) => c.redirect(inviteUrl));
  app.get('*', (c) => {
    const file = files.get(c.req.path);
    if (file === undefined) return c.notFound();
    if (c.req.header('if-none-match') === file.headers['etag']) return c.body(null, 304, file.headers);
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(file.bytes, 200, file.headers);
    return c.body(file.gzipped, 200, { ...file.headers, 'content-encoding': 'gzip' });
  });
}
