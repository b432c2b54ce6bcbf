declare const brand: unique symbol;

/**
 * A string that only its own parser can create, so that ids of different kinds can't be mixed up.
 */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export interface BrandParser<Name extends string> {
  /** The branded text, or undefined if it doesn't have the right format. */
  parse(text: string): Branded<Name> | undefined;
  /** The branded text; throws if the text has another format. */
  from(text: string): Branded<Name>;
}

/** Creates the parser of one kind of id. */
export function brandOf<const Name extends string>(name: Name, form: RegExp): BrandParser<Name> {
  // A global or sticky expression would remember where its last match ended.
  const stateless = new RegExp(form.source, form.flags.replaceAll(/[gy]/g, ''));
  const fits = (text: string): text is Branded<Name> => stateless.test(text);
  return {
    parse: (text) => (fits(text) ? text : undefined),
    from: (text) => {
      if (fits(text)) return text;
      throw new TypeError(`not a valid ${name}`);
    },
  };
}
