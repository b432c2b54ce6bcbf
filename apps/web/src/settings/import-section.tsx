import { t } from '@lingui/core/macro';
import { CHAT_SOURCES, type ChatImport, type ChatImportReport } from '@postern/protocol';
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { DropFiles } from '../controls/drop-files.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatDate, formatList, formatNumber } from '../languages/formats.ts';
import { importFile, importsApi, type UploadProgress } from './import-file.ts';
import { ImportReport } from './import-report.tsx';

interface Finished {
  readonly name: string;
  readonly report: ChatImportReport;
}

interface Running {
  readonly name: string;
  readonly progress: UploadProgress | undefined;
}

interface Import {
  readonly running: Running | undefined;
  readonly finished: readonly Finished[];
  readonly problem: RequestProblem | undefined;
  readonly begin: (files: readonly File[]) => Promise<void>;
  readonly cancel: () => void;
}

/** Imports files one after another. It goes on only while this page shows it. */
function useImport(onEnd: () => void): Import {
  const [running, setRunning] = useState<Running>();
  const [finished, setFinished] = useState<readonly Finished[]>([]);
  const [problem, setProblem] = useState<RequestProblem>();
  const cancelling = useRef(new AbortController());
  useEffect(
    () => () => {
      cancelling.current.abort();
    },
    [],
  );
  const begin = async (files: readonly File[]): Promise<void> => {
    const controller = new AbortController();
    cancelling.current = controller;
    setFinished([]);
    setProblem(undefined);
    for (const file of files) {
      if (controller.signal.aborted) break;
      const { name } = file;
      setRunning({ name, progress: undefined });
      const onProgress = (progress: UploadProgress): void => {
        setRunning({ name, progress });
      };
      const imported = await importFile(file, onProgress, controller.signal);
      if (imported.ok) setFinished((before) => [...before, { name, report: imported.value }]);
      else setProblem(imported.failure);
    }
    setRunning(undefined);
    onEnd();
  };
  return {
    ...{ running, finished, problem, begin },
    cancel: () => {
      cancelling.current.abort();
    },
  };
}

/** Adds chats of other programs, and takes earlier imports back. */
export function ImportSection(): ReactElement {
  const [imports, setImports] = useState<readonly ChatImport[]>();
  const [problem, setProblem] = useState<RequestProblem>();
  const take = useCallback((listed: ApiResult<readonly ChatImport[]>): void => {
    if (listed.ok) setImports(listed.value);
    else setProblem(listed.failure);
  }, []);
  useEffect(() => {
    void importsApi.list().then(take);
  }, [take]);
  const load = async (): Promise<void> => {
    setProblem(undefined);
    take(await importsApi.list());
  };
  const current = useImport(() => void load());
  const heading = useRef<HTMLHeadingElement>(null);
  const failure = current.problem ?? problem;
  return (
    <section className="settings-section" aria-labelledby="import">
      <h2 id="import" ref={heading} tabIndex={-1}>
        {t`Import`}
      </h2>
      <p className="settings-lead">
        {t`Adds the chats in files and databases of other programs. Nothing is added twice. The files are read on this machine and aren’t stored.`}
      </p>
      {current.running === undefined ? (
        <ChooseFiles onFiles={(files) => void current.begin(files)} />
      ) : (
        <Progress running={current.running} onCancel={current.cancel} />
      )}
      {failure !== undefined && <ProblemNotice problem={failure} />}
      <div role="status" className="import-reports">
        {current.finished.map(({ name, report }, index) => (
          <ImportReport key={index} name={name} report={report} />
        ))}
      </div>
      <h3>{t`Earlier imports`}</h3>
      {imports?.length === 0 && <p className="quiet">{t`No imports yet.`}</p>}
      {imports?.map((each) => (
        <EarlierImport
          key={each.id}
          earlier={each}
          onUndone={async () => {
            const undone = await importsApi.undo(each.id);
            await load();
            if (!undone.ok) setProblem(undone.failure);
            heading.current?.focus();
          }}
        />
      ))}
    </section>
  );
}

function ChooseFiles({
  onFiles,
}: {
  readonly onFiles: (files: readonly File[]) => void;
}): ReactElement {
  return (
    <DropFiles
      className="import-drop"
      button={t`Choose files`}
      label={t`Files to import`}
      multiple
      accept=".json,application/json,.zip,application/zip,.db,.sqlite,.sqlite3"
      onFiles={onFiles}
    >
      <p>{t`or drop JSON files, zip files or databases here. ${{ programs: formatList(Object.values(CHAT_SOURCES)) }}.`}</p>
    </DropFiles>
  );
}

function Progress(props: {
  readonly running: Running;
  readonly onCancel: () => void;
}): ReactElement {
  const { name, progress } = props.running;
  const part = progress === undefined ? 0 : progress.bytesRead / Math.max(1, progress.bytes);
  return (
    <div className="import-progress">
      <p>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        {progress?.source !== null && progress !== undefined && (
          <span className="quiet"> {CHAT_SOURCES[progress.source]}</span>
        )}
      </p>
      <progress max={1} value={part} aria-label={t`Importing ${name}`} />
      <p className="quiet">{t`Chats added: ${{ count: formatNumber(progress?.counts.added ?? 0) }}`}</p>
      <Button onClick={props.onCancel}>{t`Cancel`}</Button>
    </div>
  );
}

const WHEN = { dateStyle: 'medium', timeStyle: 'short' } as const;

function EarlierImport(props: {
  readonly earlier: ChatImport;
  readonly onUndone: () => Promise<void>;
}): ReactElement {
  const { source, beganAtMs, chats, messages } = props.earlier;
  const [isUndoing, setUndoing] = useState(false);
  const program = Object.entries(CHAT_SOURCES).find(([name]) => name === source)?.[1] ?? source;
  const when = formatDate(beganAtMs, WHEN);
  return (
    <div className="settings-row">
      <div>
        <strong>{program}</strong>
        <p>{t`${when}. Chats: ${chats}. Messages: ${messages}.`}</p>
      </div>
      <Button
        look="danger"
        disabled={isUndoing}
        aria-label={t`Undo the import from ${program}, ${when}`}
        onClick={() => {
          setUndoing(true);
          void props.onUndone().finally(() => {
            setUndoing(false);
          });
        }}
      >
        {t`Undo`}
      </Button>
    </div>
  );
}
