import { html } from 'hono/html';
import type { LinkEnd, PendingLink } from '../ports/accounts.ts';

/** Nothing runs, nothing loads, nobody frames it, and its form goes to us alone. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const ENDS: Readonly<Record<LinkEnd, string>> = {
  linked: 'Your account is linked. You can close this page.',
  refused: 'This link is no longer valid. Go back to the room and begin again.',
  unavailable: 'The other side did not answer. Go back to the room and begin again.',
};

export function linkEndPage(end: LinkEnd, status: 200 | 400 | 503): Promise<Response> {
  return page(html`<p>${ENDS[end]}</p>`, status);
}

/** Asks in so many words whose account goes to whom. */
export function linkQuestionPage(link: PendingLink, returned: { state: string; code: string }): Promise<Response> {
  return page(
    html`<p>
        Link the account you just signed in with to <b>${link.user}</b>${
          link.tenant.id === 'default' ? '' : html` of <b>${link.tenant.id}</b>`
        }?
      </p>
      <p><b>${link.title}</b> will act with it when ${link.user} asks. If you are not ${link.user}, close this page.</p>
      <form method="post" action="/oauth/callback">
        <input type="hidden" name="state" value="${returned.state}" />
        <input type="hidden" name="code" value="${returned.code}" />
        <button>Link it</button>
      </form>`,
    200,
  );
}

async function page(content: ReturnType<typeof html>, status: 200 | 400 | 503): Promise<Response> {
  const body = await html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>Link an account</title>
      <style>
        body {
          font: 1rem/1.5 system-ui;
          max-width: 32rem;
          margin: 4rem auto;
          padding: 0 1rem;
        }
        button {
          font: inherit;
          min-block-size: 44px;
          padding-inline: 1rem;
        }
      </style>
      ${content}
    </html>`;
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY };
  return new Response(String(body), { status, headers });
}
