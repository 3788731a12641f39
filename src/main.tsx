/** Composes the page: client → studio → app. Nothing else is made globally. */
import { createRoot } from 'react-dom/client'
import { keepOffline } from './services/offline'
import { createClient } from './services/worker-client'
import { createStudio } from './store/studio'
import { App } from './ui/app'
import { Boundary } from './ui/boundary'
import { StudioProvider } from './ui/studio'
import './ui/style.css'
import './ui/shell.css'
import './ui/controls/controls.css'
import './ui/controls/runs.css'
import './ui/controls/dialog.css'
import './ui/gallery/gallery.css'
import './ui/files/drop.css'

const root = document.getElementById('root') as HTMLElement
try {
  const studio = createStudio(createClient())
  createRoot(root).render(
    <Boundary part="The page" onFault={studio.stumble}>
      <StudioProvider value={studio}>
        <App />
      </StudioProvider>
    </Boundary>,
  )
  if (import.meta.env.PROD) keepOffline('offline.js')
} catch (thrown) {
  // Better a sentence than a page that says for ever that it is opening.
  root.textContent = `Propensity could not start: ${thrown instanceof Error ? thrown.message : thrown}. Reload the page; if that does not help, your browser may be too old.`
}
