export {
  FAST_STREAM_EVENTS,
  startFastUpstream,
  type FastUpstream,
  type FastUpstreamOptions,
} from './fake-upstream/fast-upstream.ts';
export type { FakeDialect } from './fake-upstream/fake-dialect.ts';
export { echoText } from './fake-upstream/question.ts';
export { countRecordedAnswers, readRecording, type Recording } from './fake-upstream/recording.ts';
export {
  bytesUntilStill,
  type RecordedRequest,
  type RequestOutcome,
  type Violation,
} from './fake-upstream/recorded-request.ts';
export {
  textReply,
  type Delivery,
  type FakeReply,
  type Fault,
  type Responder,
  type ScriptedAnswer,
  type ScriptedPart,
} from './fake-upstream/reply.ts';
export {
  startFakeUpstream,
  type FakeUpstream,
  type FakeUpstreamOptions,
} from './fake-upstream/start-fake-upstream.ts';
export {
  makeCertificateAuthority,
  makeSelfSignedCertificate,
  type CertificateAuthority,
  type CertificateRequest,
  type MadeCertificate,
} from './tls/certificate-authority.ts';
export { formsOfText } from './forms-of-text.ts';
export { killPoints, runKilledAt, whyNoKilling } from './kill-at-system-call.ts';
export { chownTree, allowTraversal, OTHER_USER, SOME_USER, whyNoOtherUser } from './other-user.ts';
export { peerPath, whyNoPeer } from './peers.ts';
export {
  openWithSecondSqlcipher,
  whyNoSecondSqlcipher,
  type SecondSqlcipher,
} from './second-sqlcipher.ts';
export { mountLoopDisk, whyNoLoopDisk, type LoopDisk } from './loop-disk.ts';
export { mountSmallDisk, whyNoSmallDisk, type SmallDisk } from './small-disk.ts';
export { decryptPages } from './sqlcipher-pages.ts';
export { corpusFiles, type Corpus } from './corpora.ts';
export { freshHome, type FreshHome } from './fresh-home.ts';
export { GNOME_KEYRING } from './keyrings/gnome-keyring.ts';
export { KEEPASSXC } from './keyrings/keepassxc.ts';
export type { KeyringKind, KeyringService } from './keyrings/keyring-service.ts';
export {
  startKeyringSession,
  whyNoKeyringSession,
  type KeyringSession,
} from './keyrings/keyring-session.ts';
export { KWALLET } from './keyrings/kwallet.ts';
export {
  runProgram,
  startProgram,
  type Ended,
  type ProgramOptions,
  type RunningProgram,
} from './run-program.ts';
export { isExhaustive, sampled, sampledOf } from './sampled.ts';
export { skipBecause } from './skip-because.ts';
export { startTmuxScreen, type TmuxOptions, type TmuxScreen } from './tmux-screen.ts';
export {
  pathOfProgram,
  whyNoPrograms,
  type SystemProgram,
} from './system-programs/system-programs.ts';
export { daemonRoot, whyNoDaemon, type UnpackedDaemon } from './system-programs/unpack-daemons.ts';
export {
  startChromium,
  type ChromiumOptions,
  type ChromiumSession,
  type Complaint,
} from './chromium.ts';
export {
  runPostern,
  runPosternKilledAt,
  startPostern,
  launcherNodeOptions,
  POSTERN_LAUNCHER,
  upPostern,
  type PosternOptions,
  type PosternUp,
} from './postern-process.ts';
export { leakCanary, type Leak, type LeakCanary } from './leak-canary/leak-canary.ts';
export { testProgram } from './test-program/test-program.ts';
export { zip, type ZippedFile } from './zip-archive.ts';
