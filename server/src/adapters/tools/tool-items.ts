import { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import * as z from 'zod';
import type { ToolItem } from '../../ports/tools.ts';
import { FetchFailure } from '../outbound/fetch-failure.ts';

const MOST_ITEMS = 200;
const MOST_READERS = 10_000;
/** Names that this server gives to results that have none; no tool may claim one. */
const OWN_RESOURCES = 'tool/';

/** What a tool says of one item, as it was on the wire. */
export interface SaidOfItem {
  readonly resource?: unknown;
  readonly readers?: unknown;
  readonly tenant?: unknown;
}

/**
 * R3, R12: one item with what its tool says of it. What is absent is absent; what is there and cannot be
 * read closes the item (readers: nobody; tenant: another's), because it was meant to restrict it.
 */
export function toolItem(text: string, said: SaidOfItem): ToolItem {
  const resource = resourceOf(said.resource);
  return {
    text,
    resource: resource === 'unreadable' ? null : resource,
    readers: resource === 'unreadable' ? [] : readersOf(said.readers),
    tenant: tenantOf(said.tenant),
  };
}

/** Throws `too-large` instead of leaving something out in silence. */
export function boundedItems(items: readonly ToolItem[]): readonly ToolItem[] {
  if (items.length > MOST_ITEMS) throw new FetchFailure('too-large', 'items', true);
  return items;
}

function resourceOf(said: unknown): ResourceId | null | 'unreadable' {
  if (said === undefined || said === null) return null;
  const parsed = ResourceId.safeParse(said);
  return parsed.success && !parsed.data.startsWith(OWN_RESOURCES) ? parsed.data : 'unreadable';
}

const Readers = z.array(UserId).max(MOST_READERS);

function readersOf(said: unknown): readonly UserId[] | null {
  if (said === undefined || said === null) return null;
  const parsed = Readers.safeParse(said);
  return parsed.success ? [...new Set(parsed.data)] : [];
}

function tenantOf(said: unknown): string | null {
  if (said === undefined || said === null) return null;
  return typeof said === 'string' ? said : '';
}
