import { expect, test } from 'vitest';
import { TestClock } from './clock.ts';
import { OutsideTools, OutsideWorld, outsideTool } from './outside-tools.ts';
import { ClearTokens, ScriptedTools } from './scripted-tools.ts';
import { MAIL } from './tooled-room.ts';
import { tenantOf } from './tool-world.ts';

const TOOL = outsideTool(tenantOf('acme'));

function invoking(name: string, operation = 'op') {
  const called = TOOL.functions.find((each) => each.name === name);
  if (called === undefined) throw new Error(`the tool has ${name}`);
  const { tenant, kind, url } = TOOL;
  return { target: { tenant, name: TOOL.name, kind, url }, function: called, arguments: {}, operation, bearer: null };
}
const never = () => new AbortController().signal;

test('a call without a step, another one than the next, and a step that is not used all fail', async () => {
  const unexpected = new ScriptedTools();
  expect(await unexpected.call(invoking('look'), never())).toMatchObject({ kind: 'failed' });
  expect(() => unexpected.assertDone()).toThrow('world.look was called without a step');
  const other = new ScriptedTools();
  other.expect({ call: 'world.put' });
  expect(await other.call(invoking('look'), never())).toMatchObject({ kind: 'failed' });
  const unused = new ScriptedTools();
  unused.expect({ call: 'world.put' });
  unused.expectStatus({ kind: 'never-happened' });
  expect(() => unused.assertDone()).toThrow(/not used: world.put[^]*status was not asked/);
  expect(await new ScriptedTools().status(invoking('pay'))).toMatchObject({ kind: 'failed' });
});

test('a held call ends when it is released, or at once by its signal, and says then that it had begun', async () => {
  const tools = new ScriptedTools();
  const [first, second] = [
    tools.expect({ call: 'world.put', hold: true }),
    tools.expect({ call: 'world.put', hold: true }),
  ];
  const released = tools.call(invoking('put'), never());
  expect(await first.called).toMatchObject({ operation: 'op' });
  first.release();
  expect(await released).toMatchObject({ kind: 'result' });
  const abort = new AbortController();
  const aborted = tools.call(invoking('put'), abort.signal);
  await second.called;
  abort.abort();
  expect(await aborted).toMatchObject({ kind: 'failed', failure: { class: 'aborted', started: true } });
  tools.assertDone();
});

test('tokens say for whom they are, and whoever is not linked has none', async () => {
  const tokens = new ClearTokens();
  const identity = {
    tenant: TOOL.tenant,
    room: 'r',
    turn: 't',
    speaker: 'ana',
    binding: 'speaker',
    operation: 'op',
  } as never;
  expect(await tokens.forCall(MAIL, identity)).toEqual({ kind: 'token', bearer: 'mail for ana' });
  tokens.unlinked.add('ana');
  expect(await tokens.forCall(MAIL, identity)).toEqual({ kind: 'not-linked' });
});

test('outside, what happened has happened whoever waits; what is declared idempotent happens once, and can be asked about', async () => {
  const [world, clock] = [new OutsideWorld(), new TestClock()];
  const tools = new OutsideTools(world, clock, () => 0.5);
  const call = async (name: string, signal = never()) => {
    const outcome = tools.call(invoking(name, name), signal);
    clock.advance(75);
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(75);
    return outcome;
  };
  expect(await tools.call(invoking('send'), AbortSignal.abort())).toMatchObject({ failure: { started: false } });
  expect(world.calls).toEqual([]);
  for (const name of ['put', 'put', 'send', 'send']) expect(await call(name)).toMatchObject({ kind: 'result' });
  expect(Object.fromEntries(world.effects)).toEqual({ put: 1, send: 2 });
  const asked = ['put', 'pay'].map((name) => tools.status(invoking(name, name), never()));
  clock.advance(75);
  expect(await Promise.all(asked)).toMatchObject([{ kind: 'result' }, { kind: 'never-happened' }]);
});
