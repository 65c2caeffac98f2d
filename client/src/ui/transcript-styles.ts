import { css } from 'lit';

export const transcriptStyles = css`
  parley-transcript { display: grid; position: relative; min-block-size: 0; min-inline-size: 0; }
  .scroll { overflow: hidden auto; overscroll-behavior: contain; scrollbar-gutter: stable both-edges; scrollbar-width: thin; min-block-size: 0; }
  .scroll:focus-visible { outline-offset: -2px; }
  .column { max-inline-size: 52rem; margin-inline: auto; padding: 12px 28px 20px; }
  .entry { content-visibility: auto; contain-intrinsic-block-size: auto 76px; padding-inline: 12px; margin-inline: -12px; }
  .mark { display: flex; align-items: center; gap: 14px; padding-block: 14px 6px; color: var(--soft); }
  .mark::before, .mark::after { content: ''; flex: 1; block-size: 1px; background: var(--line); }
  .mark.new { color: var(--accent); }
  .mark.new::before, .mark.new::after { background: var(--accent-line); }
  .older, .beginning { display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: 10px; min-block-size: 44px; text-align: center; }
  .pill { position: absolute; inset-block-end: 14px; inset-inline: 0; margin-inline: auto; inline-size: fit-content; border-radius: 99px; box-shadow: var(--shadow); }
  .blank { display: grid; gap: 10px; justify-items: center; text-align: center; padding: 12vh 24px 24px; max-inline-size: 38rem; margin-inline: auto; }
  .blank h3 { font-size: 1.25rem; letter-spacing: -0.01em; text-wrap: balance; }
  .skeleton .bone { display: block; block-size: 12px; border-radius: 6px; background: var(--line); animation: pulse 1.6s ease-in-out infinite; margin-block: 8px; }
  .skeleton .bone.round { inline-size: 36px; block-size: 36px; border-radius: 50%; margin: 0; }
  .skeleton .bone.short { inline-size: 9rem; }
  .skeleton .bone-1 .bone:last-child { inline-size: 70%; }
  .skeleton .bone-2 .bone:last-child { inline-size: 85%; }
  .skeleton .bone-3 .bone:last-child { inline-size: 45%; }
  @keyframes pulse { 50% { opacity: 0.45; } }
  @container room (max-width: 45rem) {
    .column { padding-inline: 14px; }
    .line { grid-template-columns: 36px minmax(0, 1fr); column-gap: 10px; }
  }
`;
