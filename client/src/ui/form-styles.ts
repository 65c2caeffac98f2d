import { css } from 'lit';

/** What fields, choices and confirmations look like wherever they stand. */
export const formStyles = css`
  .folds > summary { min-block-size: 44px; display: flex; align-items: center; gap: 6px; inline-size: fit-content; max-inline-size: 100%; cursor: pointer; color: var(--soft); border-radius: 6px; }
  .folds > summary::before { content: '▸'; transition: rotate var(--quick); }
  .folds[open] > summary::before { rotate: 90deg; }
  .control { min-block-size: 44px; inline-size: 100%; padding-inline: 12px; border: 1px solid var(--strong-line); border-radius: var(--radius-small); background: var(--surface); color: var(--ink); }
  .control:focus-visible { outline-offset: -1px; }
  .asked-for { display: grid; gap: 4px; }
  .asked-for > span { font-weight: 600; }
  .card { display: grid; gap: 10px; padding: 12px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
  .folds.card:not([open]) { gap: 0; }
  .row-acts { display: flex; flex-wrap: wrap; gap: 8px; }
  .wide { inline-size: 100%; white-space: normal; }
  .refusal { color: var(--bad); }
  .caution { color: var(--warn); }
  .done { color: var(--good); }
  .done:empty { display: none; }
  .access { display: grid; gap: 4px; }
  .access legend { padding: 0 0 4px; font-weight: 600; }
  .access-choice { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 12px; align-items: start; min-block-size: 44px; padding-block: 8px; cursor: pointer; }
  .access-choice input { inline-size: 20px; block-size: 20px; margin: 2px 0 0; accent-color: var(--accent); }
  .access-choice b { display: block; font-weight: 600; }
  .allow-list { display: grid; gap: 2px; justify-items: start; padding-block-start: 8px; }
  .allow-list legend { padding: 0; font-weight: 600; }
  .one-of { margin-inline-start: 32px; }
  .member-acts { grid-column: 1 / -1; display: grid; gap: 10px; padding-block: 12px 6px; }
`;
