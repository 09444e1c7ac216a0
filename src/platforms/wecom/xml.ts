import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: true,
  // Ids such as 007 and 1e3 stay text (reliability.md 1.2).
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  // Kept apart, as entities are decoded outside CDATA only.
  cdataPropName: 'cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
});

const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The five entities of XML itself and character references; no other can exist without a DOCTYPE. */
const decodeEntities = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return predefined[String(name).toLowerCase()] ?? whole;
    const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    const isCharacter = codePoint > 0 && codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff);
    return isCharacter ? String.fromCodePoint(codePoint) : whole;
  });

/** Searched by hand: an expression over a flood of unclosed sections would take quadratic time. null = one is unclosed. */
function withoutCdata(xml: string): string | null {
  let out = '';
  let from = 0;
  while (true) {
    const opens = xml.indexOf('<![CDATA[', from);
    if (opens === -1) return out + xml.slice(from);
    const closes = xml.indexOf(']]>', opens);
    if (closes === -1) return null;
    out += xml.slice(from, opens);
    from = closes + 3;
  }
}

/** Far more than any message has; a flood of tags would keep the parser busy before the signature is known. */
const mostTags = 1_000;

/**
 * Whether XML is fit for the parser: no DOCTYPE or entities anywhere but inside CDATA, where they are a person's words, and
 * no flood of tags.
 */
function isHarmless(xml: string): boolean {
  const outside = withoutCdata(xml);
  if (outside === null || /<!\s*(?:DOCTYPE|ENTITY)/i.test(outside)) return false;
  let tags = 0;
  for (let at = outside.indexOf('<'); at !== -1 && tags <= mostTags; at = outside.indexOf('<', at + 1)) tags += 1;
  return tags <= mostTags;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function leafText(value: unknown): string | null {
  if (typeof value === 'string') return decodeEntities(value);
  if (!isRecord(value)) return null;
  const { cdata, '#text': text, ...others } = value;
  if (Object.keys(others).length > 0) return null;
  if (cdata === undefined) return typeof text === 'string' ? decodeEntities(text) : null;
  // Blanks around CDATA are layout. `]]>` in a text comes as two sections.
  const sections = Array.isArray(cdata) ? cdata : [cdata];
  return sections.map(String).join('');
}

/**
 * The usual message: every child one CDATA section or plain text. An envelope comes before anything is known of its sender,
 * and the parser costs more than the signature and the cipher together. null = not so plain, ask the parser.
 */
function flatFields(xml: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  const child = /\s*<([A-Za-z_][\w.-]{0,63})>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/y;
  const root = /^\s*<xml>/.exec(xml);
  if (root === null) return null;
  let at = root[0].length;
  for (;;) {
    child.lastIndex = at;
    const match = child.exec(xml);
    if (match === null) break;
    const [whole, name = '', section, text = ''] = match;
    // Two sections in one (`]]>` in a text) and a name given twice are the parser's.
    if (fields.has(name) || section?.includes('<![CDATA[') === true || section?.includes(']]>') === true) return null;
    fields.set(name, section ?? decodeEntities(text));
    at += whole.length;
  }
  return /^\s*<\/xml>\s*$/.test(xml.slice(at)) ? fields : null;
}

/**
 * The direct children of `<xml>` that hold text, by name. null for anything that is not such a document: a DOCTYPE, another
 * root, a name given twice.
 */
export function parseXml(xml: string): ReadonlyMap<string, string> | null {
  if (!isHarmless(xml) || !/^\s*<(?:xml|\?xml)[\s>]/.test(xml) || !xml.trimEnd().endsWith('</xml>')) return null;
  const flat = flatFields(xml);
  if (flat !== null) return flat;
  let parsed: unknown;
  try {
    parsed = parser.parse(xml);
  } catch {
    return null;
  }
  if (!isRecord(parsed) || !isRecord(parsed.xml)) return null;
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed.xml)) {
    if (Array.isArray(value)) return null;
    const text = name === '#text' ? null : leafText(value);
    if (text !== null) fields.set(name, text);
  }
  return fields;
}

/** Any text as CDATA. */
export const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
