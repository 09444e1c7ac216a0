import { itemsInStep, type Steps } from '../in-slices.ts';
import type { Entities, FilterField } from './command.ts';
import { type CustomerIndex, customerIndexSteps } from './customer-index.ts';
import { dimensionOf } from './dimension-words.ts';
import { fullPinyin, initialsOf, looksAlike, soundKey, soundsAlike } from './sound.ts';

/** One name of the CRM and the filter it stands for. */
export interface NamedEntity {
  readonly field: FilterField;
  readonly value: string;
}

/** What a nickname (老周, 小李, 王总, 张姐) may mean. */
export interface NicknameReading {
  readonly field: 'owner' | 'contact';
  readonly names: readonly string[];
  /** The one who fits by surname does not bear the title (王总, where 王磊 is a rep), or is not the only one meant: asked. */
  readonly unsure?: boolean;
}

export interface EntityIndex {
  readonly customers: CustomerIndex;
  readonly longest: number;
  readonly regions: readonly string[];
  /** Whether any name begins with these two characters: most places of a text need no look-up. */
  begins(two: string): boolean;
  /** The entities called exactly this (names, and short forms that only one bears). */
  named(text: string): readonly NamedEntity[];
  /** Whether a text is the short form of a stage (演示, 报价): only a stage where the sentence speaks of stages. */
  stageShortForm(text: string): string | null;
  readonly stageForms: readonly string[];
  /** From the first to the last. */
  readonly stages: readonly string[];
  nickname(text: string): NicknameReading | null;
  /** Names of small sets that sound or look like the text, best first. */
  resembling(text: string): readonly NamedEntity[];
  /** Names whose pinyin or initials are these letters. */
  spelled(letters: string): readonly NamedEntity[];
}

const seniorRoles = /director|manager|总|经理|主管/;
const honorific = '总监|总|经理|主管|老板|主任|董|部长|队长|组长';
const kin = '姐|哥|老师|工|师傅|女士|先生|小姐|女士|同学|弟|妹';

/** The forms of a nickname around a surname. */
export const nicknameForm = new RegExp(`^(?:([老小阿大])(.)|(.)(${honorific})|(.{1,2})(${kin}))$`);

/** Made in steps: a company may know 200,000 customers and as many contacts. */
export function* entityIndexSteps(entities: Entities, reserved: ReadonlySet<string>): Steps<EntityIndex> {
  const small = new Map<string, NamedEntity[]>();
  const add = (text: string, field: FilterField, value: string): void => {
    const key = text.toLowerCase();
    if (key.length === 0 || reserved.has(key)) return;
    const before = small.get(key) ?? [];
    if (!before.some((one) => one.field === field && one.value === value))
      small.set(key, [...before, { field, value }]);
  };
  const stageForms = new Map<string, string>();
  const shortForms: { text: string; field: FilterField; value: string }[] = [];
  const cut = (name: string, field: FilterField): void => {
    if (name.length < 4) return;
    shortForms.push({ text: name.slice(0, 2), field, value: name }, { text: name.slice(-2), field, value: name });
  };
  for (const person of entities.people) add(person.name, 'owner', person.name);
  // The root of the tree is called like the whole company: 看全公司 is no department.
  for (const name of entities.departments) if (!/^(?:全|本|总)?公司$|^集团$/.test(name)) add(name, 'department', name);
  for (const name of entities.regions) {
    for (const tail of ['', '区', '大区', '地区', '片区', '区域'])
      add(name.replace(/大?区$/, '') + tail, 'region', name);
    add(name, 'region', name);
  }
  for (const name of entities.cities) {
    add(name, 'city', name);
    add(name.endsWith('市') ? name.slice(0, -1) : `${name}市`, 'city', name);
  }
  for (const name of entities.industries) {
    const bare = name.replace(/行?业$/, '');
    for (const tail of ['', '业', '行业', '类', '类客户']) add(bare + tail, 'industry', name);
    add(name, 'industry', name);
  }
  for (const name of entities.channels) {
    add(name, 'channel', name);
    cut(name, 'channel');
  }
  for (const name of entities.campaigns) add(name, 'campaign', name);
  for (const name of entities.productLines) {
    add(name, 'product_line', name);
    for (const tail of ['产品线', '产品', '线', '类产品', '业务']) add(name + tail, 'product_line', name);
  }
  for (const name of entities.products) add(name, 'product', name);
  for (const name of entities.stages) {
    if (name.length >= 4) {
      add(name, 'stage', name);
      for (const form of [name.slice(0, 2), name.slice(-2)]) if (!reserved.has(form)) stageForms.set(form, name);
    }
    stageForms.set(name, name);
    for (const tail of ['阶段', '环节']) add(name + tail, 'stage', name);
  }
  for (const form of [...stageForms]) for (const tail of ['阶段', '环节']) add(form[0] + tail, 'stage', form[1]);
  for (const form of shortForms) {
    const rivals = shortForms.filter((one) => one.text === form.text && one.value !== form.value);
    if (rivals.length === 0 && !small.has(form.text) && dimensionOf(form.text) === null)
      add(form.text, form.field, form.value);
  }
  for (const [at, contact] of entities.contacts.entries()) {
    if (at % itemsInStep === 0) yield;
    if (!small.has(contact.name)) add(contact.name, 'contact', contact.name);
  }

  const nicknames = new Map<string, Set<string>>();
  const note = (nickname: string, name: string): void => {
    nicknames.set(nickname, (nicknames.get(nickname) ?? new Set()).add(name));
  };
  const contactNicknames = new Map<string, Set<string>>();
  for (const person of entities.people)
    for (const nickname of person.nicknames ?? []) note(nickname.toLowerCase(), person.name);
  for (const [at, contact] of entities.contacts.entries()) {
    if (at % itemsInStep === 0) yield;
    for (const nickname of contact.nicknames ?? []) {
      contactNicknames.set(nickname, (contactNicknames.get(nickname) ?? new Set()).add(contact.name));
    }
  }
  const peopleBySurname = new Map<string, Entities['people'][number][]>();
  const outside = new Set(entities.people.filter((person) => person.within === false).map((person) => person.name));
  for (const person of entities.people) {
    peopleBySurname.set(person.name[0]!, [...(peopleBySurname.get(person.name[0]!) ?? []), person]);
    if (person.name.length === 3 && !small.has(person.name.slice(1))) note(person.name.slice(1), person.name);
  }
  const contactsBySurname = new Map<string, Set<string>>();
  for (const [at, contact] of entities.contacts.entries()) {
    if (at % itemsInStep === 0) yield;
    const surname = contact.name[0];
    if (surname === undefined) continue;
    const list = contactsBySurname.get(surname) ?? new Set<string>();
    if (list.size < 50) contactsBySurname.set(surname, list.add(contact.name));
  }

  const customers = yield* customerIndexSteps(entities.customers, new Set([...entities.cities, ...entities.regions]));
  let longest = customers.longest;
  for (const key of small.keys()) longest = Math.max(longest, key.length);
  const beginnings = new Set([...small.keys()].map((key) => key.slice(0, 2)));
  // A company may know 100,000 contacts: slips are looked for among the names that people filter by.
  const slipping = [...small].filter(([, list]) => list[0]!.field !== 'contact' && list[0]!.field !== 'campaign');
  const bySound = new Map<string, NamedEntity[]>();
  const bySpelling = new Map<string, NamedEntity[]>();
  let seen = 0;
  for (const [key, list] of small) {
    if (seen++ % itemsInStep === 0) yield;
    if (!/[一-龥]/.test(key)) continue;
    const push = (map: Map<string, NamedEntity[]>, at: string): void => {
      const before = map.get(at) ?? [];
      map.set(at, [
        ...before,
        ...list.filter((one) => !before.some((b) => b.field === one.field && b.value === one.value)),
      ]);
    };
    push(bySound, soundKey(key));
    push(bySpelling, fullPinyin(key));
    push(bySpelling, initialsOf(key));
  }

  return {
    customers,
    longest,
    regions: entities.regions,
    stages: entities.stages,
    begins: (two) => customers.begins(two) || beginnings.has(two),
    stageForms: [...stageForms.keys()].sort((a, b) => b.length - a.length),
    stageShortForm: (text) => stageForms.get(text) ?? null,
    named(text) {
      const found = small.get(text);
      if (found !== undefined) return found;
      if (text.length < 2 || reserved.has(text)) return [];
      return customers.named(text).map((value) => ({ field: 'customer', value }));
    },
    nickname(text) {
      const configured = nicknames.get(text);
      if (configured !== undefined) {
        // 小李 is 李强 to the company; to a manager who sees 李娜 alone it may be her.
        const fitting = peopleBySurname.get(/^[老小](.)$/.exec(text)?.[1] ?? '') ?? [];
        const near = fitting.filter((person) => person.within !== false).map((person) => person.name);
        const bearers = [...configured];
        return bearers.some((name) => outside.has(name)) && near.length > 0
          ? { field: 'owner', names: near, unsure: true }
          : { field: 'owner', names: bearers };
      }
      const configuredContacts = contactNicknames.get(text);
      if (configuredContacts !== undefined) return { field: 'contact', names: [...configuredContacts] };
      const form = nicknameForm.exec(text);
      if (form === null) return null;
      const surname = form[2] ?? form[3] ?? form[5]!;
      if (surname.length === 2) {
        const given = nicknames.get(surname);
        return given === undefined ? null : { field: 'owner', names: [...given] };
      }
      const all = peopleBySurname.get(surname) ?? [];
      const seen = all.filter((person) => person.within !== false);
      const people = seen.length > 0 ? seen : all;
      if (form[4] !== undefined) {
        const senior = people.filter((person) => seniorRoles.test(person.role));
        if (senior.length > 0) return { field: 'owner', names: senior.map((person) => person.name) };
        if (people.length > 0) return { field: 'owner', names: people.map((person) => person.name), unsure: true };
      } else if (form[1] === '小') {
        const junior = people.filter((person) => !seniorRoles.test(person.role));
        const names = (junior.length > 0 ? junior : people).map((person) => person.name);
        if (names.length > 0) return { field: 'owner', names };
      } else if (
        form[6] !== undefined &&
        /姐|哥|女士|先生|小姐/.test(form[6]) &&
        contactsBySurname.has(surname) &&
        people.length === 0
      ) {
        return { field: 'contact', names: [...contactsBySurname.get(surname)!] };
      } else if (people.length > 0) {
        return { field: 'owner', names: people.map((person) => person.name) };
      }
      const contacts = contactsBySurname.get(surname);
      return contacts === undefined ? null : { field: 'contact', names: [...contacts] };
    },
    resembling(text) {
      const found: NamedEntity[] = [...(bySound.get(soundKey(text)) ?? [])];
      for (const [key, list] of slipping) {
        if (key === text || Math.abs(key.length - text.length) > 1) continue;
        if (oneSlip(text, key))
          for (const one of list)
            if (!found.some((f) => f.field === one.field && f.value === one.value)) found.push(one);
      }
      return found;
    },
    spelled(letters) {
      const found = bySpelling.get(letters) ?? [];
      if (found.length > 0) return found;
      return letters.length >= 4 ? customers.spelled(letters, 4).map((value) => ({ field: 'customer', value })) : [];
    },
  };
}

/** One slip of the finger: a character swapped for one that looks or sounds like it, two swapped, one lost in a longer word. */
export function oneSlip(typed: string, meant: string): boolean {
  if (typed.length === meant.length) {
    const different: number[] = [];
    for (let at = 0; at < typed.length && different.length < 3; at++) if (typed[at] !== meant[at]) different.push(at);
    if (different.length === 1) {
      const at = different[0]!;
      return typed.length >= 4 || looksAlike(typed[at]!, meant[at]!) || soundsAlike(typed[at]!, meant[at]!);
    }
    return (
      different.length === 2 &&
      different[1] === different[0]! + 1 &&
      typed[different[0]!] === meant[different[1]!] &&
      typed[different[1]!] === meant[different[0]!]
    );
  }
  const [short, long] = typed.length < meant.length ? [typed, meant] : [meant, typed];
  if (long.length - short.length !== 1 || short.length < 3) return false;
  for (let at = 0; at < long.length; at++) if (long.slice(0, at) + long.slice(at + 1) === short) return true;
  return false;
}
