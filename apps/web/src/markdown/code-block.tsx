import { plural, t } from '@lingui/core/macro';
import { memo, useMemo, useState, type ReactElement, type ReactNode } from 'react';
import { CopyButton } from '../controls/copy-button.tsx';
import { useLater } from '../state/later.ts';
import { highlighting } from './highlighting.ts';
import { languageLabel } from './language-label.ts';
import { toReact } from './to-react.ts';
import { blockTools } from './later-tools.ts';

/** Streaming code is highlighted again with every frame, so only short code is. */
const MAX_GROWING_LENGTH = 12_000;
const MAX_LENGTH = 200_000;
/** Longer code is collapsed to the first 24 lines; see markdown.css. */
const MAX_LINES = 40;

/** A code block with its language, highlighting and its buttons. Long code is collapsed at first. */
export const CodeBlock = memo(function CodeBlock(props: {
  readonly code: string;
  readonly language: string;
  readonly growing?: boolean;
}): ReactElement {
  const { code, language, growing = false } = props;
  // Code that was read while it was written doesn't collapse at its end.
  const [all, setAll] = useState(growing);
  const tools = useLater(blockTools, true);
  const lines = useMemo(() => linesIn(code), [code]);
  const collapsed = !all && lines > MAX_LINES;
  const languageName = languageLabel(language);
  return (
    <figure className="code" aria-label={t`${languageName} code`} data-collapsed={collapsed}>
      <figcaption className="code-head">
        <span className="code-language">{languageName}</span>
        {collapsed && <span>{plural(lines, { one: '# line', other: '# lines' })}</span>}
        <span className="grow" />
        {tools !== undefined && <tools.CodeTools code={code} language={language} />}
        <CopyButton text={code} label={t`Copy code`} />
      </figcaption>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <pre dir="ltr" tabIndex={0}>
        <Coloured code={code} language={language} growing={growing} />
      </pre>
      {lines > MAX_LINES && (
        <button
          type="button"
          className="code-more"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? t`Show less` : t`Show all`}
        </button>
      )}
    </figure>
  );
});

const Coloured = memo(function Coloured(props: {
  readonly code: string;
  readonly language: string;
  readonly growing: boolean;
}): ReactElement {
  const { code, language, growing } = props;
  const max = growing ? MAX_GROWING_LENGTH : MAX_LENGTH;
  const lowlight = useLater(highlighting, language !== '' && code.length <= max);
  const coloured = useMemo(
    () => (lowlight?.registered(language) === true ? colour(lowlight, code, language) : code),
    [lowlight, code, language],
  );
  return <code>{coloured}</code>;
});

function linesIn(code: string): number {
  let lines = 1;
  for (let at = code.indexOf('\n'); at !== -1; at = code.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function colour(
  lowlight: NonNullable<ReturnType<typeof highlighting.get>>,
  code: string,
  language: string,
): ReactNode {
  return toReact(lowlight.highlight(language, code));
}
