import { plural, t } from '@lingui/core/macro';
import { parseJson } from '@postern/kernel';
import type { LibraryImport } from '@postern/protocol';
import { useRef, useState, type ReactElement } from 'react';
import { libraryApi } from '../api/library-api.ts';
import type { SaidProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice } from '../controls/notice.tsx';
import { SaidText } from '../controls/sent-text.tsx';
import { saveFile } from '../state/save-file.ts';

/** More than the largest library, whose texts are JSON with escapes. */
const MAX_FILE_BYTES = 15_000_000;

type Outcome = { readonly imported: LibraryImport } | { readonly problem: SaidProblem };

/** Exports and imports presets and prompts. */
export function LibraryFileSection(): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<Outcome>();
  const exportAll = async (): Promise<void> => {
    const file = await libraryApi.exportLibrary();
    if (!file.ok) setOutcome({ problem: file.failure });
    else {
      saveFile(
        'postern-library.json',
        `${JSON.stringify(file.value, null, 2)}\n`,
        'application/json',
      );
    }
  };
  return (
    <section className="settings-section" aria-labelledby="library-file">
      <h2 id="library-file">{t`Export and import`}</h2>
      <p className="settings-lead">
        {t`All presets and prompts in one JSON file, which isn’t encrypted. Importing a file again adds nothing.`}
      </p>
      <div className="settings-row-actions">
        <Button onClick={() => void exportAll()}>{t`Export library`}</Button>
        <Button
          onClick={() => {
            input.current?.click();
          }}
        >
          {t`Import library…`}
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          accept=".json,application/json"
          aria-label={t`Library file`}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            event.target.value = '';
            if (file !== undefined) void importFile(file).then(setOutcome);
          }}
        />
      </div>
      <div role="status">
        {outcome !== undefined && 'imported' in outcome && (
          <Notice title={reportText(outcome.imported)} />
        )}
      </div>
      {outcome !== undefined && 'problem' in outcome && (
        <Notice tone="danger" title={<SaidText said={outcome.problem} />}>
          <span lang={outcome.problem.lang}>{outcome.problem.remedy}</span>
        </Notice>
      )}
    </section>
  );
}

async function importFile(file: File): Promise<Outcome> {
  const parsed = file.size > MAX_FILE_BYTES ? undefined : jsonIn(await file.text());
  if (!isLibrary(parsed)) {
    return {
      problem: {
        message: t`This isn’t a library that Postern exported.`,
        remedy: t`Choose a file that Export library wrote.`,
      },
    };
  }
  const imported = await libraryApi.importLibrary(parsed);
  return imported.ok ? { imported: imported.value } : { problem: imported.failure };
}

function jsonIn(text: string): unknown {
  const parsed = parseJson(text, { maxLength: MAX_FILE_BYTES });
  return parsed.ok ? parsed.value : undefined;
}

function isLibrary(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 'postern-library'
  );
}

function reportText({ added, renamed, unchanged }: LibraryImport): string {
  const parts = [
    plural(added, { one: '# preset or prompt added.', other: '# presets and prompts added.' }),
    renamed === 0
      ? ''
      : plural(renamed, {
          one: '# has a number, because its name was taken.',
          other: '# have a number, because their names were taken.',
        }),
    unchanged === 0
      ? ''
      : plural(unchanged, { one: '# was there already.', other: '# were there already.' }),
  ];
  return parts.filter((part) => part !== '').join(' ');
}
