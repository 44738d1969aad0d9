-- What the drives of Neovim share: to wait, to open the file, to write down what was seen.
local steps = {}

function steps.wait_for(what, condition)
  if not vim.wait(80000, condition, 20) then
    error('waited in vain for ' .. what)
  end
end

function steps.open()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.AZMLFLOW_FILE))
  return vim.api.nvim_get_current_buf()
end

function steps.open_with_server()
  local buffer = steps.open()
  steps.wait_for('the server', function()
    return #(vim.lsp.get_clients or vim.lsp.get_active_clients)() > 0
  end)
  return buffer
end

function steps.status_line()
  return vim.api.nvim_eval_statusline(vim.o.statusline, {}).str
end

-- Keeps what is said to the user.
function steps.listen(said)
  vim.notify = function(text)
    table.insert(said, text)
  end
end

-- Runs `drive`, which fills `seen`; writes it as JSON to $AZMLFLOW_SEEN and ends Neovim.
function steps.write(seen, drive)
  local worked, fault = xpcall(drive, debug.traceback)
  seen.fault = not worked and fault .. vim.inspect(seen) or nil
  vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.AZMLFLOW_SEEN)
  vim.cmd('qall!')
end

return steps
