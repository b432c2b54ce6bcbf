/** What an exported record says of where it comes from, beside its own content. */
export interface ExportContext {
  /** The product's version. */
  readonly version: string;
  /** This machine's name. */
  readonly hostname: string;
}
