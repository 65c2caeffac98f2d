import { svg, html, type SVGTemplateResult, type TemplateResult } from 'lit';

function icon(path: SVGTemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${path}</svg>`;
}

export const searchIcon = icon(svg`<circle cx="11" cy="11" r="6.5" /><path d="m16 16 4 4" />`);
export const closeIcon = icon(svg`<path d="m6 6 12 12M18 6 6 18" />`);
export const pinIcon = icon(svg`<path d="M9 4h6l-.8 6 3.3 3.2v1.3h-11v-1.3L9.8 10zM12 14.5V20" />`);
export const pencilIcon = icon(
  svg`<path d="m5 19 .8-3.8L15.5 5.5a1.6 1.6 0 0 1 2.3 0l.7.7a1.6 1.6 0 0 1 0 2.3L8.8 18.2z" />`,
);
export const plusIcon = icon(svg`<path d="M12 6v12M6 12h12" />`);
export const moreIcon = icon(
  svg`<g fill="currentColor" stroke="none"><circle cx="6" cy="12" r="1.6" /><circle cx="12" cy="12" r="1.6" /><circle cx="18" cy="12" r="1.6" /></g>`,
);
export const panelIcon = icon(svg`<rect x="3.5" y="5" width="17" height="14" rx="2.5" /><path d="M14.5 5v14" />`);
export const sendIcon = icon(svg`<path d="M12 19V5M6 11l6-6 6 6" />`);
export const stopIcon = icon(svg`<rect x="7" y="7" width="10" height="10" rx="1.5" fill="currentColor" />`);
export const downIcon = icon(svg`<path d="M12 5v14M6 13l6 6 6-6" />`);
export const lockIcon = icon(
  svg`<rect x="5" y="11" width="14" height="9" rx="2" /><path d="M8 11V8a4 4 0 0 1 8 0v3" />`,
);
export const noteIcon = icon(svg`<path d="M6 4h9l3 3v13H6zM9 11h6M9 15h4" />`);
export const peopleIcon = icon(
  svg`<circle cx="9" cy="9" r="3.25" /><path d="M3.5 19a5.5 5.5 0 0 1 11 0M15.5 6.2a3.25 3.25 0 0 1 0 5.6M17 14.2a5.5 5.5 0 0 1 3.5 4.8" />`,
);
export const queueIcon = icon(svg`<path d="M4 7h16M4 12h11M4 17h7" />`);
export const warnIcon = icon(svg`<path d="M12 4.5 21 19.5H3zM12 10v4.5M12 17v.01" />`);
export const handIcon = icon(
  svg`<path d="M8 12V6.5a1.5 1.5 0 0 1 3 0V11m0-5.5v-1a1.5 1.5 0 0 1 3 0V11m0-4.5a1.5 1.5 0 0 1 3 0V14a6 6 0 0 1-6 6c-2.4 0-3.7-1-5-3.2L4.3 13a1.5 1.5 0 0 1 2.5-1.6L8 13" />`,
);
export const toolIcon = icon(
  svg`<path d="M14.5 6.5a4 4 0 0 1 5-1l-2.7 2.7 1 1L20.5 6.5a4 4 0 0 1-5.4 5.2L8 18.8a2 2 0 0 1-2.8-2.8l7.1-7.1a4 4 0 0 1 2.2-2.4Z" />`,
);
export const usageIcon = icon(svg`<path d="M5 19V11M12 19V5M19 19v-5" />`);
export const shareIcon = icon(svg`<path d="M12 15V4M8 7.5 12 4l4 3.5M6 11v8h12v-8" />`);

/** The AI's own mark: four strokes that meet, never a face. */
export const aiGlyph = html`<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
  <path fill="currentColor" d="M12 2.5c.6 5.6 3.9 8.9 9.5 9.5-5.6.6-8.9 3.9-9.5 9.5-.6-5.6-3.9-8.9-9.5-9.5 5.6-.6 8.9-3.9 9.5-9.5Z" />
</svg>`;
