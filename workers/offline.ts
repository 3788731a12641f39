import { type Build, type OfflineScope, serveOffline } from '../src/services/offline-worker'

/** Replaced by the build, once every file of it is known. */
declare const __BUILD__: Build

serveOffline(self as unknown as OfflineScope, __BUILD__)
