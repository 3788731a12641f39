/** Composes the page: client → studio → app. Nothing else is made globally. */
import { createRoot } from 'react-dom/client'
import { createClient } from './services/worker-client'
import { createStudio } from './store/studio'
import { App } from './ui/app'
import { StudioProvider } from './ui/studio'
import './ui/style.css'
import './ui/shell.css'
import './ui/controls/controls.css'
import './ui/controls/runs.css'
import './ui/gallery/gallery.css'

const studio = createStudio(createClient())
createRoot(document.getElementById('root') as HTMLElement).render(
  <StudioProvider value={studio}>
    <App />
  </StudioProvider>,
)
