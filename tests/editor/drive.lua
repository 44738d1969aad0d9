-- Does in Neovim what a person would: opens the script, reads the squiggle, takes the first repair, sees the squiggle go.
-- Writes what was seen as JSON to $AZMLFLOW_SEEN; the test judges it.
local seen = {}

local function wait_for(what, condition)
  if not vim.wait(20000, condition, 20) then
    error('waited in vain for ' .. what)
  end
end

local function code_of(diagnostic)
  local lsp = (diagnostic.user_data or {}).lsp or {}
  return diagnostic.code or lsp.code
end

local function findings(buffer)
  return vim.tbl_map(function(diagnostic)
    return {
      code = code_of(diagnostic),
      message = diagnostic.message,
      line = diagnostic.lnum,
      text = vim.api.nvim_buf_get_text(buffer, diagnostic.lnum, diagnostic.col, diagnostic.end_lnum, diagnostic.end_col, {})[1],
    }
  end, vim.diagnostic.get(buffer))
end

local function drive()
  vim.ui.select = function(items, options, choose)
    seen.menu = vim.tbl_map(options.format_item, items)
    choose(items[1], 1)
  end
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.AZMLFLOW_FILE))
  local buffer = vim.api.nvim_get_current_buf()
  wait_for('a finding', function()
    return #vim.diagnostic.get(buffer) > 0
  end)
  seen.before = findings(buffer)
  vim.api.nvim_win_set_cursor(0, { vim.diagnostic.get(buffer)[1].lnum + 1, vim.diagnostic.get(buffer)[1].col })
  vim.lsp.buf.code_action()
  wait_for('the repair', function()
    return vim.bo[buffer].modified
  end)
  wait_for('the finding to go', function()
    return #vim.diagnostic.get(buffer) == 0
  end)
  seen.after = findings(buffer)
  vim.cmd('silent write')
end

local worked, fault = xpcall(drive, debug.traceback)
seen.fault = not worked and fault or nil
vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.AZMLFLOW_SEEN)
vim.cmd('qall!')
