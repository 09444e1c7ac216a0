import { expect, it } from 'vitest';
import { createPictureLinks } from '../../src/server/picture-links.ts';

const id = 'a'.repeat(64);
const links = createPictureLinks(['one secret', 'another']);
const nowMs = Date.parse('2026-11-18T01:00:00Z');

it('a link stands for its picture until its time, on every instance', () => {
  const path = links.pathOf(id, nowMs, 60_000);
  expect(createPictureLinks(['one secret', 'another']).read(path, nowMs + 59_000)).toBe(id);
  expect(links.read(path, nowMs + 62_000)).toBeNull();
});

it('a link that was changed anywhere, or made with another secret, is nothing', () => {
  const path = links.pathOf(id, nowMs);
  for (let at = '/charts/'.length; at < path.length - '.png'.length; at += 1) {
    const changed = `${path.slice(0, at)}${path[at] === 'a' ? 'b' : 'a'}${path.slice(at + 1)}`;
    expect(links.read(changed, nowMs)).toBeNull();
  }
  expect(createPictureLinks(['one secret']).read(path, nowMs)).toBeNull();
  expect(links.read('/charts/../../etc/passwd', nowMs)).toBeNull();
});
