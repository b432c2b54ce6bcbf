import { msg, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import {
  CHAT_IMPORT_NOTES,
  CHAT_SKIP_REASONS,
  CHAT_SOURCES,
  type ChatImportNote,
  type ChatImportReport,
} from '@postern/protocol';
import type { ReactElement } from 'react';
import { problemOf } from '../api/problem.ts';
import { ProblemNotice } from '../controls/notice.tsx';
import { SentText } from '../controls/sent-text.tsx';
import { formatNumber } from '../languages/formats.ts';
import { i18n } from '../languages/i18n.ts';

const MAX_SHOWN = 20;

const ROWS = [
  ['added', msg`Chats added`],
  ['extended', msg`Chats with new messages`],
  ['messages', msg`Messages added`],
  ['present', msg`Already there`],
  ['inTrash', msg`Already there, in the trash`],
  ['skipped', msg`Skipped`],
] as const;

const NOTES = Object.keys(CHAT_IMPORT_NOTES).filter((name): name is ChatImportNote =>
  Object.hasOwn(CHAT_IMPORT_NOTES, name),
);

/** What an import did with one file. */
export function ImportReport(props: {
  readonly name: string;
  readonly report: ChatImportReport;
}): ReactElement {
  const { name, report } = props;
  const { source, counts, skipped, notes, problem } = report;
  const rows = ROWS.filter(([row]) => counts[row] > 0);
  return (
    <div className="import-report">
      <h3>
        <bdi>{name}</bdi>
      </h3>
      {problem !== null && <ProblemNotice problem={problemOf(problem)} />}
      {source !== null && (
        <dl className="facts">
          <div>
            <dt>{t`Exported by`}</dt>
            <dd>{CHAT_SOURCES[source]}</dd>
          </div>
          {rows.map(([row, label]) => (
            <div key={row}>
              <dt>{i18n._(label)}</dt>
              <dd>{formatNumber(counts[row])}</dd>
            </div>
          ))}
        </dl>
      )}
      {skipped.length > 0 && (
        <ul className="import-skipped">
          {skipped.slice(0, MAX_SHOWN).map(({ place, why }) => (
            <li key={place}>
              <Trans>
                Chat {place}: <SentText message={CHAT_SKIP_REASONS[why]} />
              </Trans>
            </li>
          ))}
        </ul>
      )}
      {NOTES.filter((note) => (notes[note] ?? 0) > 0).map((note) => (
        <p key={note} className="quiet">
          {formatNumber(notes[note] ?? 0)} × <SentText message={CHAT_IMPORT_NOTES[note]} />
        </p>
      ))}
    </div>
  );
}
