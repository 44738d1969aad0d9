-- Does in Neovim what a person might: gives a command in a file that no server looks at.
local steps = require('steps')
local seen = { said = {} }

steps.write(seen, function()
  steps.listen(seen.said)
  steps.open()
  vim.cmd('AzmlflowDoctor')
  seen.line = steps.status_line()
end)
