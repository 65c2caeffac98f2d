import { expect, test } from 'vitest';
import { WirePair } from './wire-pair.ts';

function pair() {
  const heard: string[] = [];
  const wire = new WirePair('ws://test', [], {
    message: (bytes) => heard.push(`client ${bytes?.join()}`),
    closed: (code) => heard.push(`client closed ${code}`),
  });
  wire.server.onMessage = (bytes) => heard.push(`server ${bytes.join()}`);
  wire.server.onClose = () => heard.push('server closed');
  return { wire, heard };
}
const bytes = (...values: number[]) => Uint8Array.from(values);

test('nothing arrives before it is delivered, and then in order', () => {
  const { wire, heard } = pair();
  for (const value of [1, 2, 3]) wire.client.send(bytes(value));
  wire.server.send(bytes(9));
  expect(heard).toEqual([]);
  expect(wire.held).toEqual({ up: 3, down: 1 });
  expect(wire.deliverUp(2)).toBe(2);
  expect(wire.deliverUp()).toBe(1);
  expect(wire.deliverDown()).toBe(1);
  expect(heard).toEqual(['server 1', 'server 2', 'server 3', 'client 9']);
});

test('a message is what it was when it was sent', () => {
  const { wire, heard } = pair();
  const message = bytes(1);
  wire.client.send(message);
  message[0] = 2;
  wire.deliverUp();
  expect(heard).toEqual(['server 1']);
});

test('what is sent during a delivery waits for the next', () => {
  const { wire, heard } = pair();
  wire.server.onMessage = () => wire.client.send(bytes(2));
  wire.client.send(bytes(1));
  expect(wire.deliverUp()).toBe(1);
  expect(wire.held.up).toBe(1);
  expect(heard).toEqual([]);
});

test('a dropped link loses what is under way and tells both ends once', () => {
  const { wire, heard } = pair();
  wire.client.send(bytes(1));
  wire.server.send(bytes(2));
  wire.drop();
  wire.drop();
  wire.client.send(bytes(3));
  expect(heard).toEqual(['server closed', 'client closed 1006']);
  expect(wire.held).toEqual({ up: 0, down: 0 });
});

test('a close travels behind what was sent before it', () => {
  const { wire, heard } = pair();
  wire.server.send(bytes(1));
  wire.server.close(4403);
  wire.server.send(bytes(2));
  wire.deliverDown();
  expect(heard).toEqual(['client 1', 'server closed', 'client closed 4403']);
});

test('a frozen link tells the server only', () => {
  const { wire, heard } = pair();
  wire.freeze();
  wire.client.send(bytes(1));
  expect(wire.held.up).toBe(0);
  expect(heard).toEqual(['server closed']);
});
