import * as v from 'valibot';
import {
  COLUMN_WIDTHS,
  CONTRASTS,
  DIAGRAMS,
  TEXT_SIZES,
  THEMES,
  type Appearance,
} from './appearance.ts';

/** The settings of the page. */
export type Settings = Appearance;

export const SettingsInputSchema = v.strictObject({
  theme: v.exactOptional(v.picklist(THEMES)),
  contrast: v.exactOptional(v.picklist(CONTRASTS)),
  textSize: v.exactOptional(v.picklist(TEXT_SIZES)),
  columnWidth: v.exactOptional(v.picklist(COLUMN_WIDTHS)),
  diagrams: v.exactOptional(v.picklist(DIAGRAMS)),
});

export type SettingsInput = v.InferOutput<typeof SettingsInputSchema>;
