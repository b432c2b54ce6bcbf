import type { ReactElement } from 'react';
import { errorTexts } from '../api/later-error-texts.ts';
import { saidBy, type SaidProblem } from '../api/problem.ts';
import { language } from '../languages/language.ts';
import { useLater } from '../state/later.ts';

/** A sentence of the process in the page’s language, or in English if it has no translation. */
export function SentText(props: {
  /** Of the problem, if it is one: then at least the problem is named in the page’s language. */
  readonly code?: string;
  readonly message: string;
}): ReactElement {
  const { code = '', message } = props;
  useLater(errorTexts, language.get() !== 'en');
  return <SaidText said={saidBy({ code, message, remedy: undefined, details: undefined })} />;
}

/** The message of a problem, with what has no translation. */
export function SaidText({ said }: { readonly said: SaidProblem }): ReactElement {
  const { message, detail, lang } = said;
  return (
    <>
      {lang === undefined ? message : <span lang={lang}>{message}</span>}
      {detail !== undefined && (
        <>
          {' '}
          <span lang="en" dir="auto">
            {detail}
          </span>
        </>
      )}
    </>
  );
}
