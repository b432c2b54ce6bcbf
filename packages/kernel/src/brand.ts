declare const brand: unique symbol;

/** A string that only its own parser can make, so that ids of different things cannot be mixed. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export interface BrandParser<Name extends string> {
  /** The branded text, or undefined where it does not have the form. */
  parse(text: string): Branded<Name> | undefined;
  /** The branded text; a text of another form is a fault of the caller. */
  from(text: string): Branded<Name>;
}

/** Makes the parser of one kind of id from the form that its text must have. */
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
