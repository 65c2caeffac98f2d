import { html, type TemplateResult } from 'lit';
import { aiGlyph } from './icons.ts';
import { colorClass } from './person-color.ts';

/** A person's initials on their colour. The name stands beside it, so it says nothing aloud. */
export function face(name: string, color: string): TemplateResult {
  return html`<span class="face ${colorClass(color)}" aria-hidden="true">${initials(name)}</span>`;
}

export const aiMark = html`<span class="ai-mark" part="ai-mark" aria-hidden="true">${aiGlyph}</span>`;

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? '')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}
