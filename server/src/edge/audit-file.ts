import type { AuditLineView } from '@parley/shared/admin';
import type { Tenant } from '../core/tenant.ts';
import type { Audit, AuditQuery, StoredAuditLine } from '../ports/audit.ts';
import { AUDIT_BATCH } from './limits.ts';

/** A line as its reader sees it. */
export function viewOfLine(line: StoredAuditLine): AuditLineView {
  const { id, at, room, by, action, target, outcome, code } = line;
  return { id, at, room, by, action, target, outcome, code, private: line.private !== null };
}

const FIELDS = ['id', 'at', 'room', 'by', 'action', 'target', 'outcome', 'code', 'private'] as const;

const FORMATS = {
  jsonl: { type: 'application/jsonl', head: '', line: (line: AuditLineView) => `${JSON.stringify(line)}\n` },
  csv: {
    type: 'text/csv; charset=utf-8',
    head: `${FIELDS.join(',')}\r\n`,
    line: (line: AuditLineView) => `${FIELDS.map((field) => cell(line[field])).join(',')}\r\n`,
  },
} as const;
export type AuditFormat = keyof typeof FORMATS;

/** Every line behind `after` as one file, read as fast as it is taken. */
export function auditFile(audit: Audit, tenant: Tenant, query: AuditQuery, format: AuditFormat): Response {
  const { type, head, line } = FORMATS[format];
  let after: number | null = query.after;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
    pull: async (controller) => {
      if (after === null) return controller.close();
      const lines: readonly StoredAuditLine[] = await audit.lines(tenant, { ...query, after, limit: AUDIT_BATCH });
      after = lines.length < AUDIT_BATCH ? null : (lines.at(-1)?.id ?? null);
      controller.enqueue(new TextEncoder().encode(lines.map((one) => line(viewOfLine(one))).join('')));
    },
  });
  const headers = { 'content-type': type, 'content-disposition': `attachment; filename="audit.${format}"` };
  return new Response(body, { headers });
}

/** A spreadsheet takes some first characters for a formula; an apostrophe before them says that it is text. */
function cell(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
