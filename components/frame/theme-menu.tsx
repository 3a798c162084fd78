import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import { applyTheme, THEMES, type Theme } from './theme.ts'

const LOOKS = {
  system: { label: 'As the system', icon: <Monitor /> },
  light: { label: 'Light', icon: <Sun /> },
  dark: { label: 'Dark', icon: <Moon /> },
} as const satisfies Record<Theme, unknown>

export function ThemeMenu({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial)
  return (
    <Menu
      trigger={
        <Button
          kind="quiet"
          square
          icon={LOOKS[theme].icon}
          aria-label={`Colours: ${LOOKS[theme].label.toLowerCase()}`}
          title="Colours"
        />
      }
      items={THEMES.map((each) => ({
        id: each,
        label: LOOKS[each].label,
        icon: LOOKS[each].icon,
        onSelect: () => {
          applyTheme(each)
          setTheme(each)
        },
      }))}
    />
  )
}
