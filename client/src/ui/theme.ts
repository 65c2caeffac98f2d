import { css } from 'lit';

/**
 * The look, as custom properties. An embedding page sets the `--parley-*` ones; the rest follow from them
 * and from the colour scheme (the reader's, or what the page sets with `color-scheme`).
 */
export const theme = css`
  :host {
    color-scheme: light dark;
    --font: var(--parley-font, Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif);
    --mono: var(--parley-mono, ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace);
    --radius: var(--parley-radius, 12px);
    --radius-small: calc(var(--radius) * 0.66);
    --accent: var(--parley-accent, light-dark(#3d4fd6, #a3b1ff));
    --on-accent: var(--parley-on-accent, light-dark(#ffffff, #12152b));
    --ground: var(--parley-ground, light-dark(#f6f6f4, #121317));
    --surface: var(--parley-surface, light-dark(#ffffff, #191b20));
    --raised: light-dark(#f4f4f1, #22252b);
    --ink: light-dark(#1c1d21, #eceded);
    --soft: light-dark(#5a5e67, #a5aab4);
    --line: light-dark(#e5e4df, #2c2f36);
    --strong-line: light-dark(#8a8d94, #6d727d);
    --accent-wash: color-mix(in oklab, var(--accent) 9%, var(--surface));
    --accent-line: color-mix(in oklab, var(--accent) 30%, var(--line));
    --good: light-dark(#23794a, #6fd09a);
    --warn: light-dark(#8a5300, #f0b65c);
    --warn-wash: light-dark(#fdf3e0, #2d2417);
    --bad: light-dark(#b3261e, #ff9a90);
    --bad-wash: light-dark(#fdeceb, #341d1c);
    --shadow: 0 1px 2px light-dark(rgb(20 22 30 / 6%), rgb(0 0 0 / 40%)), 0 8px 24px light-dark(rgb(20 22 30 / 8%), rgb(0 0 0 / 35%));
    --quick: 140ms ease-out;

    display: block;
    block-size: 100%;
    min-block-size: 20rem;
    container: room / inline-size;
    font: 400 1rem/1.5 var(--font);
    font-size: max(16px, 1rem);
    color: var(--ink);
    background: var(--ground);
    -webkit-text-size-adjust: 100%;
    text-align: start;
  }

  *, *::before, *::after { box-sizing: border-box; }
  h1, h2, h3, h4, h5, h6, p, ol, ul, dl, dd, fieldset { margin: 0; padding: 0; border: 0; min-inline-size: 0; }
  h1, h2, h3, h4, h5, h6 { font-size: inherit; font-weight: 600; }
  ol, ul { list-style: none; }
  button, input, textarea, select { font: inherit; color: inherit; letter-spacing: inherit; }
  [hidden] { display: none !important; }

  button {
    min-block-size: 44px; min-inline-size: 44px;
    display: inline-flex; align-items: center; justify-content: center; gap: 8px;
    padding: 0 14px; border: 1px solid transparent; border-radius: var(--radius-small);
    background: transparent; cursor: pointer; white-space: nowrap;
    transition: background var(--quick), border-color var(--quick), color var(--quick);
  }
  button:hover { background: var(--raised); }
  button:disabled { cursor: default; color: var(--soft); }
  button.icon-only { padding: 0; }
  button.outline { border-color: var(--line); background: var(--surface); }
  button.outline:hover { border-color: var(--strong-line); background: var(--raised); }
  button.primary { background: var(--accent); color: var(--on-accent); font-weight: 600; }
  button.primary:hover { background: color-mix(in oklab, var(--accent) 88%, var(--ink)); }
  button.primary:disabled { background: var(--raised); color: var(--soft); }
  button.quiet { color: var(--soft); }
  button.quiet:hover { color: var(--ink); }
  button.danger { color: var(--bad); }
  button.danger:hover { background: var(--bad-wash); }

  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .icon { flex: none; }
  .soft { color: var(--soft); }
  .said { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  .face, .ai-mark {
    flex: none; display: inline-grid; place-items: center; inline-size: 36px; block-size: 36px; border-radius: 50%;
    font-weight: 600; line-height: 1; user-select: none;
  }
  .face { --who: #57606a; }
  .face[class*='who-'] { color: #fff; background: oklch(from var(--who) 0.52 min(c, 0.15) h); }
  .face { letter-spacing: -0.02em; }
  .ai-mark { border-radius: 11px; color: var(--accent); background: var(--accent-wash); box-shadow: inset 0 0 0 1px var(--accent-line); }
  .who-name { font-weight: 600; color: light-dark(oklch(from var(--who, #57606a) 0.45 min(c, 0.14) h), oklch(from var(--who, #57606a) 0.82 min(c, 0.1) h)); }

  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation-duration: 0.01ms !important; animation-iteration-count: 1 !important; transition-duration: 0.01ms !important; scroll-behavior: auto !important; }
  }
  @media (forced-colors: active) {
    .face, .ai-mark, button { border: 1px solid; }
  }
`;
