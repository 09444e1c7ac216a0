/** Which personal data a reader may see in clear: nothing in groups; in private what the role allows. */
export interface Mask {
  readonly phones: 'masked' | 'clear';
  readonly emails: 'masked' | 'clear';
  /** Names of contacts (natural persons): a surname and a star in groups. */
  readonly contactNames: 'masked' | 'clear';
}

export const everythingMasked: Mask = { phones: 'masked', emails: 'masked', contactNames: 'masked' };

type Kind = keyof Mask;

/** A value that prints as stars in templates, JSON and logs until a mask opens it. */
export class Sensitive {
  readonly #value: string;
  readonly #kind: Kind;

  constructor(kind: Kind, value: string) {
    this.#kind = kind;
    this.#value = value;
  }

  /** The value as the mask lets it be seen. */
  shown(mask: Mask): string {
    return mask[this.#kind] === 'clear' ? this.#value : this.toString();
  }

  /** `138****8000`, `z***@example.com`, `张*`. Short or odd values are starred whole. */
  toString(): string {
    const value = this.#value;
    switch (this.#kind) {
      case 'phones':
        return value.length >= 11 ? `${value.slice(0, 3)}****${value.slice(-4)}` : '****';
      case 'emails': {
        const at = value.indexOf('@');
        return at > 0 ? `${value[0]}***${value.slice(at)}` : '****';
      }
      case 'contactNames':
        return value === '' ? '*' : `${[...value][0]}*`;
    }
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
