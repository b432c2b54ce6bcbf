import type { DiagramLook } from '../diagram-messages.ts';

interface Colours {
  readonly isDark: boolean;
  /** The page's background of code. */
  readonly ground: string;
  /** The variables of Mermaid's theme `base`, which derives the others from them. */
  readonly variables: Readonly<Record<string, string>>;
}

// The colours of tokens.css as sRGB: the renderer mixes them itself and doesn't know others.
export const LOOKS_OF_DIAGRAMS: Readonly<Record<DiagramLook, Colours>> = {
  light: colours(false, '#f9f8f6', '#1b2426', '#5d6769', '#dcefeb', '#2e7f78', '#f7ecd2'),
  dark: colours(true, '#0d1213', '#e9e8e4', '#97a0a2', '#1c3836', '#63b8ae', '#3c301b'),
  'light-high': withSections(
    colours(false, '#ffffff', '#000000', '#000000', '#ececec', '#000000', '#ffffff'),
    '#b0b0b0',
  ),
  'dark-high': withSections(
    colours(true, '#000000', '#ffffff', '#ffffff', '#2c2c2c', '#ffffff', '#000000'),
    '#555555',
  ),
};

function colours(
  isDark: boolean,
  ground: string,
  ink: string,
  line: string,
  fill: string,
  edge: string,
  note: string,
): Colours {
  return {
    isDark,
    ground,
    variables: {
      primaryColor: fill,
      primaryTextColor: ink,
      primaryBorderColor: edge,
      secondaryColor: note,
      secondaryTextColor: ink,
      secondaryBorderColor: line,
      tertiaryColor: ground,
      tertiaryTextColor: ink,
      tertiaryBorderColor: line,
      lineColor: line,
      textColor: ink,
      titleColor: ink,
      edgeLabelBackground: ground,
      noteBkgColor: note,
      noteTextColor: ink,
      noteBorderColor: line,
    },
  };
}

/** Mind maps and timelines have a colour for each section, derived by turning the hue, which grey has none of. */
function withSections({ variables, ...rest }: Colours, fill: string): Colours {
  const names = Array.from({ length: 12 }, (_, at) => `cScale${at}`);
  return {
    ...rest,
    variables: { ...variables, ...Object.fromEntries(names.map((name) => [name, fill])) },
  };
}
