/** What the pictures of the documentation show: chats about a garden. */
export const MODELS = [
  { id: 'stone-large', label: 'stone-large' },
  { id: 'moss-small', label: 'moss-small' },
] as const;

export const QUESTION = 'Which stone is best for a low garden wall?';

export const ANSWER = `For a low wall without mortar, **sandstone** is the easiest to work with. Granite lasts longer, but it is heavy and hard to split.

| Stone | Weight per m³ | Splits | Frost |
| --- | --- | --- | --- |
| Sandstone | 2.3 t | well | good |
| Limestone | 2.6 t | fairly well | depends on the layer |
| Granite | 2.7 t | poorly | very good |

A wall that is 60 cm high needs about $0.6 \\times 0.35 = 0.21$ m³ for each metre, so:

\`\`\`python
metres = 8
tonnes = metres * 0.21 * 2.3
print(f"{tonnes:.1f} t of sandstone")  # 3.9 t of sandstone
\`\`\`
`;

export const SHORT_ANSWERS = [
  'Take **sandstone**. It splits along its layers, so you can shape it with a hammer and a chisel, and it looks at home between plants.\n\nLay the largest stones first, and lean the wall back by about one in six.',
  'Limestone is a good choice if your soil is chalky. Otherwise choose **sandstone**:\n\n- it is lighter than granite\n- it survives frost\n- reclaimed stone is cheap',
] as const;

/** The other chats in the list, from old to new; the last ones are in a folder. */
export const OTHER_TITLES = [
  'A birthday letter',
  'Learn to read a weather map',
  'Names for a small boat',
  'When to prune the roses',
  'Plants for a shady corner',
] as const;
