import { beforeEach, describe, expect, test } from 'vitest';
import { EdgeWorld } from '../../kit/edge-world.ts';

let world: EdgeWorld;
beforeEach(() => {
  world = new EdgeWorld();
});

describe('descriptions', () => {
  test('W26 /openapi.json is OpenAPI 3.1 and names every route with its shapes', async () => {
    const document = await (await world.call('GET', '/openapi.json', { token: null })).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/.well-known/jwks.json',
      '/healthz',
      '/metrics',
      '/readyz',
      '/v1/admin/jobs',
      '/v1/admin/jobs/{job}',
      '/v1/admin/jobs/{job}/retry',
      '/v1/admin/people',
      '/v1/admin/rooms',
      '/v1/audit',
      '/v1/budgets',
      '/v1/budgets/{scope}',
      '/v1/invites/{code}/accept',
      '/v1/keys',
      '/v1/keys/policy',
      '/v1/keys/{scope}/{provider}',
      '/v1/links/{tool}',
      '/v1/people/{user}/revoke',
      '/v1/resources',
      '/v1/resources/{resource}',
      '/v1/rooms',
      '/v1/rooms/{room}',
      '/v1/rooms/{room}/approvals',
      '/v1/rooms/{room}/approvals/{approval}',
      '/v1/rooms/{room}/digest',
      '/v1/rooms/{room}/documents',
      '/v1/rooms/{room}/entries/{entry}/pin',
      '/v1/rooms/{room}/entries/{entry}/redact',
      '/v1/rooms/{room}/entries/{entry}/release',
      '/v1/rooms/{room}/events',
      '/v1/rooms/{room}/export',
      '/v1/rooms/{room}/exports',
      '/v1/rooms/{room}/exports/{export}',
      '/v1/rooms/{room}/exports/{export}/file',
      '/v1/rooms/{room}/invites',
      '/v1/rooms/{room}/invites/{invite}',
      '/v1/rooms/{room}/members',
      '/v1/rooms/{room}/members/{user}',
      '/v1/rooms/{room}/members/{user}/rights',
      '/v1/rooms/{room}/messages',
      '/v1/rooms/{room}/pins',
      '/v1/rooms/{room}/prompts',
      '/v1/rooms/{room}/prompts/measure',
      '/v1/rooms/{room}/search',
      '/v1/rooms/{room}/tickets',
      '/v1/rooms/{room}/tools',
      '/v1/rooms/{room}/tools/{name}',
      '/v1/rooms/{room}/transcript',
      '/v1/rooms/{room}/trust',
      '/v1/rooms/{room}/trust/{call}',
      '/v1/rooms/{room}/turns/{turn}',
      '/v1/rooms/{room}/turns/{turn}/events',
      '/v1/rooms/{room}/turns/{turn}/stop',
      '/v1/tools',
      '/v1/tools/{name}',
      '/v1/usage',
    ]);
    expect(document.paths['/v1/rooms'].post.responses['201'].content['application/json'].schema).toBeDefined();
  });

  test('W28 /docs shows the same to people and loads nothing from elsewhere', async () => {
    const response = await world.call('GET', '/docs', { token: null });
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('/v1/rooms/{room}/prompts');
    expect(page).not.toMatch(/https?:\/\/|<script/);
  });
});

describe('pages', () => {
  const file = (bytes: string, headers: Record<string, string>) => ({
    bytes: new TextEncoder().encode(bytes),
    gzipped: new Uint8Array(),
    headers,
  });

  test('W28 files are served as built, nothing else is, and every answer says nosniff', async () => {
    const index = file('<html>', { 'content-type': 'text/html', etag: '"1"' });
    world = new EdgeWorld({
      files: new Map([
        ['/', index],
        ['/index.html', index],
      ]),
    });
    const page = await world.call('GET', '/', { token: null });
    expect(await page.text()).toBe('<html>');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await world.call('GET', '/', { token: null, headers: { 'if-none-match': '"1"' } })).status).toBe(304);
    expect((await world.call('GET', '/../package.json', { token: null })).status).toBe(404);
  });
});
