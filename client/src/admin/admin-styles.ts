import { css } from 'lit';

/** What only the admin page looks like. */
export const adminStyles = css`
  :host { overflow: auto; min-block-size: 100%; }
  .admin { max-inline-size: 72rem; margin-inline: auto; padding: 20px 16px 48px; display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  .admin-head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 4px 16px; }
  .admin-head ::slotted(*) { margin-inline: -12px; }
  .admin h2 { font-size: 1.5rem; letter-spacing: -0.015em; }
  [role='tablist'] { display: flex; overflow-x: auto; border-block-end: 1px solid var(--line); }
  [role='tab'] { flex: none; padding: 0 14px; border-radius: 8px 8px 0 0; color: var(--soft); border-block-end: 2px solid transparent; }
  [role='tab'][aria-selected='true'] { color: var(--ink); font-weight: 600; border-block-end-color: var(--accent); }
  [role='tab']:focus-visible { outline-offset: -2px; }
  [role='tabpanel'] > * { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  .table { overflow-x: auto; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
  table { border-collapse: collapse; inline-size: 100%; }
  th, td { padding: 10px 14px; text-align: start; vertical-align: top; border-block-start: 1px solid var(--line); }
  thead th { border: 0; color: var(--soft); font-weight: 500; white-space: nowrap; }
  tbody th { font-weight: 600; min-inline-size: 9.5rem; overflow-wrap: anywhere; }
  td .soft { overflow-wrap: anywhere; }
  td:has(> .soft) { min-inline-size: 8rem; }
  .why { min-inline-size: 12rem; }
  td .row-acts { flex-wrap: nowrap; }
  textarea.control { padding-block: 10px; resize: vertical; }
  time { white-space: nowrap; }
  .number { text-align: end; font-variant-numeric: tabular-nums; }
  table:has(.number) thead th:not(:first-child) { text-align: end; }
  .id { display: block; font: 400 0.875rem/1.4 var(--mono); color: var(--soft); overflow-wrap: anywhere; }
  td.id { display: table-cell; }
  .small { display: block; font-weight: 400; font-size: 0.875rem; }
  code { font-family: var(--mono); font-size: 0.9375rem; }
  .blank { display: grid; justify-items: center; gap: 8px; padding: 48px 16px; text-align: center; }
  .filters, .fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); gap: 12px; align-items: end; }
  .fields { grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); align-items: start; }
  .fields .row-acts { grid-column: 1 / -1; }
  .terms, .terms-of { grid-column: 1 / -1; display: grid; gap: 12px; }
  .terms > legend, .terms-of > legend { font-weight: 600; padding: 0; }
  .terms-of { padding: 12px; border: 1px solid var(--line); border-radius: var(--radius-small); }
  .terms-of .choices { grid-column: 1 / -1; }
  parley-tool-form [role='status'] { display: grid; gap: 4px; padding-block-start: 8px; }
  .card h3 .soft { font-weight: 400; }
  .fields button { white-space: normal; }
  .choices { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: center; }
  .choices legend { float: inline-start; font-weight: 600; margin-inline-end: 12px; padding: 0; }
  .choices label { display: inline-flex; align-items: center; gap: 8px; min-block-size: 44px; cursor: pointer; }
  .choices input { inline-size: 20px; block-size: 20px; accent-color: var(--accent); }
  @media (width < 30rem) {
    th, td { padding: 8px; }
    thead th { white-space: normal; }
    .table button { white-space: normal; }
  }
  .facts-list { display: grid; gap: 10px; padding-inline-start: 20px; list-style: disc; }
`;
