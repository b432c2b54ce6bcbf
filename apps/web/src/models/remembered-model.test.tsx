import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateChats } from '../state/private-chats.ts';
import { conversation } from '../testing/page-data.ts';
import { pickedModels, pickModel, rememberedModel, replaceModel } from './models.ts';
import { providerId } from '@postern/protocol';

const USUAL = { provider: providerId.from('acme'), model: 'usual' };
const SECRET = { provider: providerId.from('acme'), model: 'secret' };
const CHAT = conversation(1, 'Private');

beforeEach(() => {
  localStorage.clear();
  pickModel('new', USUAL);
  privateChats.set([CHAT]);
});

afterEach(() => {
  privateChats.set([]);
  pickedModels.set(new Map());
});

it.each(['private', CHAT.id] as const)(
  'a model that is picked in a private chat isn’t remembered (%s)',
  (place) => {
    pickModel(place, SECRET);
    const undo = replaceModel(place, SECRET);
    expect(rememberedModel()).toEqual(USUAL);
    undo();
    expect(pickedModels.get().get(place)).toEqual(SECRET);
    expect(JSON.stringify(Object.entries(localStorage))).not.toContain('secret');
    expect(JSON.stringify(Object.entries(sessionStorage))).not.toContain('secret');
  },
);

it('a replaced model comes back, and is the one that is remembered', () => {
  const undo = replaceModel('new', SECRET);
  expect(rememberedModel()).toEqual(SECRET);
  undo();
  expect([rememberedModel(), pickedModels.get().get('new')]).toEqual([USUAL, USUAL]);
});

it('a model that replaced none is forgotten', () => {
  localStorage.clear();
  pickedModels.set(new Map());
  replaceModel('new', SECRET)();
  expect([rememberedModel(), pickedModels.get().get('new')]).toEqual([undefined, undefined]);
});
