import type { UsageRow } from '@parley/shared/admin';
import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import { count, percent } from '../ui/format.ts';
import { define, Part } from '../ui/part.ts';
import { adminStrings as words } from './admin-strings.ts';
import { labelOfRow, type UsageField } from './usage-field.ts';

const HEIGHT_PX = 240;
const DARK = matchMedia('(prefers-color-scheme: dark)');

/** Tokens as a picture: a line over days, bars over everything else. The table says the same in numbers. */
export class ParleyUsagePlot extends Part {
  static override properties = { rows: { attribute: false }, field: { attribute: false } };
  declare rows: readonly UsageRow[];
  declare field: UsageField;
  #plot: uPlot | null = null;
  readonly #resized = new ResizeObserver(() => this.#fit());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
    DARK.addEventListener('change', this.#draw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    DARK.removeEventListener('change', this.#draw);
    this.#plot?.destroy();
    this.#plot = null;
  }

  override render(): TemplateResult {
    const sum = (key: 'inputTokens' | 'cachedTokens' | 'outputTokens'): number =>
      this.rows.reduce((all, row) => all + row[key], 0);
    const input = sum('inputTokens');
    const cached = percent(sum('cachedTokens') / Math.max(1, input));
    const label = words.plotOf(words.fields[this.field], count(input), cached, count(sum('outputTokens')));
    return html`<div class="plot-legend" aria-hidden="true"><p><i class="of-input"></i>${words.plotInput}</p><p><i class="of-cached"></i>${words.plotCached}</p><p><i class="of-output"></i>${words.plotOutput}</p></div>
      <div class="plot" role="img" aria-label=${label}></div>`;
  }

  protected override updated(_changed: PropertyValues<this>): void {
    this.#draw();
  }

  readonly #draw = (): void => {
    const into = this.querySelector<HTMLElement>('.plot');
    if (into === null) return;
    this.#plot?.destroy();
    const { rows } = this;
    const data: uPlot.AlignedData = [
      rows.map((_, at) => at),
      rows.map((row) => row.inputTokens),
      rows.map((row) => row.cachedTokens),
      rows.map((row) => row.outputTokens),
    ];
    this.#plot = new uPlot(this.#options(into.clientWidth), data, into);
  };

  #fit(): void {
    const width = this.querySelector('.plot')?.clientWidth ?? 0;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT_PX });
  }

  #options(width: number): uPlot.Options {
    const { rows, field } = this;
    const axis = {
      stroke: this.#color('.plot'),
      grid: { stroke: this.#color('.plot-legend'), width: 0.2 },
      ticks: { show: false },
    };
    const label = (at: number): string => {
      const row = rows[at];
      return row === undefined ? '' : labelOfRow(row, field);
    };
    return {
      width,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [-0.6, rows.length - 0.4] },
        y: { range: (_plot, _min, max) => [0, Math.max(1, max) * 1.1] },
      },
      axes: [
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100], space: 90, values: (_plot, at) => at.map(label) },
        { ...axis, size: 64, values: (_plot, at) => at.map(count) },
      ],
      // What was cached is drawn over the input that it is a part of.
      series: [
        {},
        this.#series('.of-input', 0.5, -1),
        this.#series('.of-cached', 0.5, -1),
        this.#series('.of-output', 0.5, 1),
      ],
    };
  }

  /** Bars of one row stand side by side. */
  #series(mark: string, size: number, align: -1 | 1): uPlot.Series {
    const color = this.#color(mark);
    if (this.field === 'day') return { stroke: color, width: 2, points: { show: true, size: 7, fill: color } };
    const { bars } = uPlot.paths;
    return {
      stroke: color,
      fill: color,
      points: { show: false },
      ...(bars === undefined ? {} : { paths: bars({ size: [size, 40], align }) }),
    };
  }

  /** A canvas knows no custom properties, so the colours are read from what stands beside it. */
  #color(of: string): string {
    const beside = this.querySelector(of);
    return beside === null ? 'gray' : getComputedStyle(beside).color;
  }
}
define('parley-usage-plot', ParleyUsagePlot);

export const usagePlotStyles = css`
  parley-usage-plot { display: grid; gap: 8px; min-inline-size: 0; padding: 12px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
  .plot-legend { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; color: var(--soft); }
  .plot-legend p { display: flex; align-items: center; gap: 8px; }
  .plot-legend i { inline-size: 14px; block-size: 14px; border-radius: 4px; background: currentColor; }
  .plot-legend .of-input { color: var(--accent); }
  .plot-legend .of-cached { color: color-mix(in oklab, var(--accent) 45%, var(--surface)); }
  .plot-legend .of-output { color: var(--good); }
  .plot { color: var(--soft); min-inline-size: 0; block-size: 240px; overflow: hidden; }
  .uplot, .u-wrap { position: relative; }
  .u-over, .u-under, .u-axis { position: absolute; }
  .uplot canvas { display: block; position: relative; inline-size: 100%; block-size: 100%; }
`;
