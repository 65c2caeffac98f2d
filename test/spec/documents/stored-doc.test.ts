import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { readDocMessage } from '@parley/server/room/documents/doc-message';
import { splitUpdate } from '@parley/server/room/documents/split-update';
import { PART_BYTES, StateCache } from '@parley/server/room/documents/state-cache';
import { NOTES } from '@parley/shared/documents';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Journal } from '@parley/server/ports/journal';
import { docPeer, DocWorld } from '../../kit/doc-world.ts';
import { StockPeer } from '../../kit/stock-peer.ts';

const made: StockPeer[] = [];
afterEach(() => made.splice(0).forEach((peer) => peer.destroy()));

async function writer(world: DocWorld): Promise<StockPeer> {
  const ana = new StockPeer(world, docPeer('ana'), 'workspace');
  made.push(ana);
  await ana.connect();
  return ana;
}

async function type(world: DocWorld, by: StockPeer, updates: number, text = 'a word '): Promise<void> {
  for (let n = 0; n < updates; n++) {
    by.doc.getText(NOTES).insert(0, text);
    await world.settle();
  }
}

function textOf(parts: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const part of parts) Y.applyUpdate(doc, part);
  return doc.getText(NOTES).toString();
}

test('D3 many parts become one state, equal to them, while writing goes on', async () => {
  const world = await DocWorld.open();
  const ana = await writer(world);
  await type(world, ana, 620);
  const parts = await world.stored('workspace');
  expect(parts.length).toBeLessThan(200);
  expect(textOf(parts)).toBe(ana.doc.getText(NOTES).toString());
  await type(world, ana, 520);
  expect(textOf(await world.stored('workspace'))).toBe(ana.doc.getText(NOTES).toString());
  expect((await world.stored('workspace')).length).toBeLessThan(600);
  world.log.assertNoErrors();
});

test('D3 so do parts that outgrow their state', async () => {
  const world = await DocWorld.open();
  const ana = await writer(world);
  for (let n = 0; n < 8; n++) {
    await type(world, ana, 1, 'x'.repeat(60_000));
    ana.doc.getText(NOTES).delete(0, 60_000);
    await world.settle();
  }
  expect((await world.stored('workspace')).length).toBeLessThan(16);
});

/** A journal whose compactions wait until they are let go, or never happen. */
class SlowCompaction extends MemoryJournal {
  held: (() => void)[] = [];

  override async compactDoc(...args: Parameters<Journal['compactDoc']>): ReturnType<Journal['compactDoc']> {
    await new Promise<void>((resolve) => this.held.push(resolve));
    return super.compactDoc(...args);
  }
}

test('D3 parts written during a compaction stay behind its state; a crash before it leaves the old parts', async () => {
  const journal = new SlowCompaction();
  const world = await DocWorld.open(journal);
  const ana = await writer(world);
  await type(world, ana, 520);
  expect(journal.held.length).toBe(1);
  await type(world, ana, 20, 'meanwhile ');
  expect(textOf(await world.stored('workspace'))).toBe(ana.doc.getText(NOTES).toString());
  const crashed = await DocWorld.open(journal);
  // The former owner's compaction comes too late: it holds an older epoch.
  journal.held.forEach((go) => go());
  await world.settle();
  expect((await crashed.stored('workspace')).length).toBe(540);
  expect(textOf(await crashed.stored('workspace'))).toBe(ana.doc.getText(NOTES).toString());
});

test('D3 the state that replaces parts holds exactly those: not one update fewer, none twice', async () => {
  const journal = new SlowCompaction();
  const world = await DocWorld.open(journal);
  const ana = await writer(world);
  await type(world, ana, 510);
  await type(world, ana, 20, 'meanwhile ');
  journal.held.forEach((go) => go());
  await world.settle();
  await Promise.resolve();
  const parts = await world.stored('workspace');
  expect(parts.length).toBe(30);
  expect(textOf(parts)).toBe(ana.doc.getText(NOTES).toString());
  expect(textOf(parts.slice(0, 1))).not.toContain('meanwhile');
  // The count is right for the next one, too: one part over the bound, and a state in their place.
  await type(world, ana, 501 - parts.length);
  expect(journal.held.length).toBe(2);
  journal.held.forEach((go) => go());
  await world.settle();
  await Promise.resolve();
  expect((await world.stored('workspace')).length).toBe(1);
});

class FailingCompaction extends MemoryJournal {
  override async compactDoc(): ReturnType<Journal['compactDoc']> {
    throw new Error('disk full');
  }
}

test('D3 a compaction that fails loses nothing and is told to a person', async () => {
  const world = await DocWorld.open(new FailingCompaction());
  const ana = await writer(world);
  await type(world, ana, 505);
  expect(world.log.of('document.compaction-failed').length).toBeGreaterThan(0);
  expect(textOf(await world.stored('workspace'))).toBe(ana.doc.getText(NOTES).toString());
});

test('D3 a document that cannot be loaded is not served as an empty one', async () => {
  class Broken extends MemoryJournal {
    override loadDoc(): ReturnType<Journal['loadDoc']> {
      return Promise.reject(new Error('unreadable'));
    }
  }
  const world = await DocWorld.open(new Broken());
  const ana = docPeer('ana');
  await world.documents.open(ana, 'workspace');
  expect(world.toldTo(ana.peer, 'refused')[0]?.fault.code).toBe('unavailable');
  expect(world.toldTo(ana.peer, 'opened')).toEqual([]);
});

test('W9 newcomers share one encoding: the same bytes, until the document changes', async () => {
  let encodings = 0;
  const doc = new Y.Doc();
  const cache = new StateCache(() => {
    encodings += 1;
    return splitUpdate(Y.encodeStateAsUpdate(doc), PART_BYTES);
  });
  doc.on('update', (update) => cache.changed(update));
  doc.getText(NOTES).insert(0, 'x'.repeat(1_000_000));
  const [first, second] = [cache.messages(), cache.messages()];
  expect(second).toBe(first);
  expect(first.length).toBeGreaterThan(2);
  doc.getText(NOTES).insert(0, 'more');
  expect(cache.messages().length).toBe(first.length + 1);
  expect(encodings).toBe(1);
  expect(received(cache.messages()).getText(NOTES).length).toBe(1_000_004);
});

test('W9 what a newcomer is sent equals the document at any moment, and its step 2 comes last', () => {
  const change = fc.record({ join: fc.boolean(), text: fc.string({ maxLength: 2_000 }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 150 }), (changes) => {
      const doc = new Y.Doc();
      const cache = new StateCache(() => splitUpdate(Y.encodeStateAsUpdate(doc), PART_BYTES));
      doc.on('update', (update) => cache.changed(update));
      for (const { join, text } of changes) {
        doc.getText(NOTES).insert(0, text);
        if (!join) continue;
        const messages = cache.messages();
        expect(messages.map((one) => readDocMessage(one)?.kind).indexOf('step2')).toBe(messages.length - 1);
        expect(received(messages).getText(NOTES).toString()).toBe(doc.getText(NOTES).toString());
      }
    }),
  );
});

function received(messages: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const message of messages) {
    const read = readDocMessage(message);
    if (read?.kind === 'update' || read?.kind === 'step2') Y.applyUpdate(doc, read.update);
  }
  return doc;
}
