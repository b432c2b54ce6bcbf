import type { StorageView } from '@postern/protocol';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { request, type ApiResult } from '../api/request.ts';
import { BackupSection } from '../backup/backup-section.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { EraseSection } from './erase-section.tsx';
import { StoredSection } from './stored-section.tsx';
import { VaultSection } from './vault-section.tsx';
import { hasPassphrase } from '../vault/has-passphrase.ts';

/** What opens the vault, what is stored and how large it is, and erasing all of it. */
export function StorageDetails(): ReactElement | null {
  const [storage, setStorage] = useState<StorageView>();
  const [problem, setProblem] = useState<RequestProblem>();
  const take = useCallback((found: ApiResult<StorageView>): void => {
    setProblem(found.ok ? undefined : found.failure);
    if (found.ok) setStorage(found.value);
  }, []);
  useEffect(() => {
    void load().then(take);
  }, [take]);
  const reload = (): void => {
    void load().then(take);
  };
  return (
    <>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {storage !== undefined && (
        <>
          <VaultSection slots={storage.slots} onChanged={reload} />
          <StoredSection storage={storage} onChanged={reload} />
          <BackupSection hasPassphrase={hasPassphrase(storage.slots)} />
          <EraseSection hasPassphrase={hasPassphrase(storage.slots)} />
        </>
      )}
    </>
  );
}

async function load(): Promise<ApiResult<StorageView>> {
  return await request<StorageView>('GET', '/api/storage');
}
