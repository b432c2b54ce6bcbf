import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import { looksLikeKey } from '@postern/vault';
import type { NoteKind, TellNote } from './import-note.ts';

/** What becomes of settings that aren't taken over, by name. */
export type SettingNotes = Readonly<Record<string, readonly [NoteKind, string]>>;

const REFERENCE = 'os.environ/';
const UNKNOWN = ['not-mapped', 'Postern has no such setting.'] as const;

/** A text of the file, or the name of an environment variable that has it. */
export type Setting =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string };

/** The environment variables that the file itself sets. */
export type FileVariables = ReadonlyMap<string, string>;

/** One map of the file. Each setting is taken once; `finish` notes those that weren't taken. */
export class Section {
  readonly path: string;
  readonly #object: JsonObject;
  readonly #tell: TellNote;
  readonly #taken = new Set<string>();

  constructor(path: string, value: JsonValue | undefined, tell: TellNote) {
    this.path = path;
    this.#tell = tell;
    this.#object = isJsonObject(value) ? value : {};
    const isAbsent = value === undefined || value === null;
    if (!isAbsent && !isJsonObject(value)) tell(path, 'not-mapped', "It isn't a map.");
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  names(): readonly string[] {
    return Object.keys(this.#object);
  }

  /** The value; undefined if it isn't there or is null. */
  take(name: string): JsonValue | undefined {
    this.#taken.add(name);
    return this.peek(name);
  }

  /** The same, but the setting still counts as not taken. */
  peek(name: string): JsonValue | undefined {
    const value = Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
    return value ?? undefined;
  }

  section(name: string): Section {
    return new Section(this.pathOf(name), this.take(name), this.#tell);
  }

  list(name: string): readonly JsonValue[] {
    const value = this.take(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      const items: readonly JsonValue[] = value;
      return items;
    }
    this.#refuse(name, "It isn't a list.");
    return [];
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'string') return value;
    this.#refuse(name, "It isn't text.");
    return undefined;
  }

  /** A text, which may be in an environment variable: `os.environ/NAME`. */
  setting(name: string, variables: FileVariables): Setting | undefined {
    const text = this.text(name)?.trim();
    if (text === undefined || text === '') return undefined;
    if (!text.startsWith(REFERENCE)) return { kind: 'text', text };
    const variable = text.slice(REFERENCE.length);
    const inFile = variables.get(variable);
    if (inFile !== undefined) return { kind: 'text', text: inFile };
    if (/^[A-Za-z_]\w{0,127}$/.test(variable) && !looksLikeKey(variable)) {
      return { kind: 'variable', name: variable };
    }
    this.#refuse(name, "It isn't the name of an environment variable.");
    return undefined;
  }

  /** A number from 0, which LiteLLM also accepts as text. */
  number(name: string): number | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const isText = typeof value === 'string' && /^\d{1,15}(?:\.\d{1,6})?$/.test(value);
    const number = isText ? Number(value) : value;
    if (typeof number === 'number' && number >= 0) return number;
    this.#refuse(name, "It isn't a number from 0.");
    return undefined;
  }

  /** Notes every setting that wasn't taken. */
  finish(notes: SettingNotes): void {
    for (const name of this.names().filter((each) => !this.#taken.has(each))) {
      const [kind, message] = (Object.hasOwn(notes, name) ? notes[name] : undefined) ?? UNKNOWN;
      this.#tell(this.pathOf(name), kind, message);
    }
  }

  #refuse(name: string, message: string): void {
    this.#tell(this.pathOf(name), 'not-mapped', message);
  }
}
