import { expect, test } from '@playwright/test'
import { law, open, settled } from './studio'

const model = (law: string) => `<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m" name="Tides">
<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
<listOfSpecies><species id="Fish" compartment="c" initialAmount="40" hasOnlySubstanceUnits="true"/></listOfSpecies>
<listOfParameters><parameter id="k" value="0.2"/></listOfParameters>
<listOfReactions><reaction id="Leave" reversible="false">
<listOfReactants><speciesReference species="Fish" stoichiometry="1"/></listOfReactants>
<kineticLaw><math><apply><times/><ci>k</ci>${law}</apply></math></kineticLaw></reaction></listOfReactions>
<listOfEvents><event id="tide"><trigger><math><apply><lt/><ci>Fish</ci><cn>9</cn></apply></math></trigger>
<listOfEventAssignments><eventAssignment variable="Fish"><math><cn>40</cn></math></eventAssignment></listOfEventAssignments>
</event></listOfEvents></model></sbml>`

const file = (text: string) => ({ name: 'tides.xml', mimeType: 'text/xml', buffer: Buffer.from(text) })

test('an SBML file becomes a network text, with a report of what was done', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Gallery' }).click()
  await page.locator('input[type="file"]').setInputFiles(file(model('<ci>Fish</ci>')))
  const report = page.getByRole('dialog', { name: 'Import of Tides' })
  await expect(report).toContainText('No unit of substance is given')
  await expect(report).toContainText(/reaction Leave.*Its law is mass action/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: 'Network text' })).toContainText('at Fish < 9: Fish = 40')
  await settled(page)
  await expect(law(page, 'Fish')).toBeVisible()
})

test('what cannot be carried over is refused by name, and the study stays', async ({ page }) => {
  await open(page)
  const before = await page.getByRole('textbox', { name: 'Network text' }).textContent()
  await page.getByRole('button', { name: 'Gallery' }).click()
  await page.locator('input[type="file"]').setInputFiles(file(model('<apply><arcsin/><ci>Fish</ci></apply>')))
  await expect(page.getByRole('dialog', { name: 'Import of Tides' })).toContainText(/was not opened[\s\S]*<arcsin>/)
  await page.keyboard.press('Escape')
  expect(await page.getByRole('textbox', { name: 'Network text' }).textContent()).toBe(before)
})

test('the test suite’s last run is there to be looked at, case by case', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Trust' }).click()
  const trust = page.getByRole('dialog', { name: 'Trust' })
  await expect(trust).toContainText('37 of 39 cases pass by the suite’s own rule, 39 with an allowance')
  await trust.getByRole('button', { name: '00033' }).click()
  await expect(trust.getByRole('img', { name: /Case 00033: mean/ })).toBeVisible()
  await expect(trust.getByRole('img', { name: /Case 00033: .*outside/ })).toBeVisible()
})

test('a large SBML file is read beside the page, with the same report', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Gallery' }).click()
  // Long enough for a thread of its own.
  const large = model('<ci>Fish</ci>').replace('<listOfEvents>', `<!--${'tides '.repeat(20_000)}--><listOfEvents>`)
  await page.locator('input[type="file"]').setInputFiles(file(large))
  const report = page.getByRole('dialog', { name: 'Import of Tides' })
  await expect(report).toContainText(/reaction Leave.*Its law is mass action/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: 'Network text' })).toContainText('at Fish < 9: Fish = 40')
  await expect(page.getByText('is being read')).toHaveCount(0)
})
