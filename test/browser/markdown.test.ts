import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { storyRoom } from './stories/story-room.ts';
import type {} from './stories/story-page.ts';

const requests: string[] = [];
let page: Page;
storyRoom((opened) => {
  page = opened;
  page.on('request', (request) => requests.push(request.url()));
});

/** The elements and attributes that a text becomes, read by a browser's own parser. */
function shape(text: string): Promise<{ tags: string[]; attributes: string[]; text: string }> {
  return page.evaluate((markdown) => {
    const { body } = new DOMParser().parseFromString(window.stage.markdown(markdown), 'text/html');
    const all = [...body.querySelectorAll('*')];
    return {
      tags: all.map(({ localName }) => localName),
      attributes: all.flatMap((element) => [...element.attributes].map(({ name, value }) => `${name}=${value}`)),
      text: body.textContent ?? '',
    };
  }, text);
}

test.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg><animate onbegin=alert(1) attributeName=x></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<style>@import "https://evil.example/x.css"</style>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<form action="https://evil.example"><input name=password></form>',
  '<p id=x style="position:fixed;inset:0">over everything</p>',
  '<base href="https://evil.example">',
  '<button data-copy>Copy</button>',
])('UI raw HTML is shown as it was written, never run: %s', async (html) => {
  for (const text of [
    html,
    `words ${html} words`,
    `- item ${html}`,
    `> ${html}`,
    `| a |\n|---|\n| ${html.replaceAll('|', '\\|')} |`,
  ]) {
    const seen = await shape(text);
    expect(
      seen.tags.filter(
        (tag) =>
          ![
            'p',
            'ul',
            'li',
            'blockquote',
            'div',
            'table',
            'thead',
            'tbody',
            'tr',
            'th',
            'td',
            'br',
            'a',
            'small',
          ].includes(tag),
      ),
    ).toEqual([]);
    expect(seen.attributes.filter((attribute) => /^(?:on|style|src|id|data-)|javascript:/i.test(attribute))).toEqual(
      [],
    );
  }
  expect((await shape(html)).text.replace(/\s/g, '')).toContain(html.slice(0, 5).replace(/\s/g, ''));
});

test.each([
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](data:text/html,<script>1</script>)',
  '[x](vbscript:x)',
  '[x](&#106;avascript:alert(1))',
  '[x](//evil.example)',
  '<javascript:alert(1)>',
  '[x](\tjavascript:alert(1))',
])('UI a link that is not http, https or mail is words only: %s', async (text) => {
  const seen = await shape(text);
  expect(seen.tags).not.toContain('a');
  expect(seen.attributes.filter((attribute) => attribute.startsWith('href'))).toEqual([]);
});

test('UI a link names where it leads and tells that place nothing about this room', async () => {
  const seen = await shape('[the manual](https://www.postgresql.org/docs)');
  expect(seen.text).toContain('the manual (www.postgresql.org)');
  expect(seen.attributes).toContain('rel=noopener noreferrer nofollow');
  expect(seen.attributes).toContain('target=_blank');
  expect(seen.attributes).toContain('href=https://www.postgresql.org/docs');
});

test('UI a picture from elsewhere is a link, and nothing is loaded', async () => {
  requests.length = 0;
  const seen = await shape('![a cat](https://evil.example/cat.png)');
  expect(seen.tags).not.toContain('img');
  expect(seen.text).toContain('image: a cat (evil.example)');
  expect(requests).toEqual([]);
});

test('UI ordinary Markdown keeps its meaning', async () => {
  const seen = await shape(
    '# Title\n\n1. **bold** `code`\n2. ~~old~~\n\n> quoted\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done',
  );
  for (const tag of ['h3', 'ol', 'strong', 'code', 'del', 'blockquote', 'table', 'td', 'ul'])
    expect(seen.tags).toContain(tag);
  expect(seen.text).toContain('☑ done');
});
