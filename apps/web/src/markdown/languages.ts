import dockerfile from 'highlight.js/lib/languages/dockerfile';
import elixir from 'highlight.js/lib/languages/elixir';
import haskell from 'highlight.js/lib/languages/haskell';
import latex from 'highlight.js/lib/languages/latex';
import nginx from 'highlight.js/lib/languages/nginx';
import powershell from 'highlight.js/lib/languages/powershell';
import protobuf from 'highlight.js/lib/languages/protobuf';
import scala from 'highlight.js/lib/languages/scala';
import { common, createLowlight } from 'lowlight';

/** The languages that code blocks are highlighted in. */
export const lowlight = createLowlight({
  ...common,
  dockerfile,
  elixir,
  haskell,
  latex,
  nginx,
  powershell,
  protobuf,
  scala,
});
lowlight.registerAlias({ typescript: ['tsx', 'mts', 'cts'], javascript: ['mjs', 'cjs'] });
