" Does in Vim with ALE what a person would: opens the script, reads the squiggle and the rule, takes the first repair, sees the
" squiggle go; or, with $AZMLFLOW_COMMANDS, gives the commands that it names as the protocol does, and reads their pages. Writes what was seen as JSON to
" $AZMLFLOW_SEEN; the test judges it.

let s:seen = {}

function! s:WaitFor(what, condition) abort
  let started = reltime()
  while !a:condition()
    if reltimefloat(reltime(started)) > 80
      throw 'waited in vain for ' . a:what
    endif
    sleep 20m
  endwhile
endfunction

function! s:Findings() abort
  return filter(copy(ale#engine#GetLoclist(bufnr(''))), {_, found -> found.linter_name ==# 'azmlflow'})
endfunction

function! s:Told(found) abort
  let text = strpart(getline(a:found.lnum), a:found.col - 1, a:found.end_col - a:found.col + 1)
  return {'code': get(a:found, 'code', ''), 'message': a:found.text, 'text': text}
endfunction

function! s:Hover() abort
  ALEHover
  call s:WaitFor('the hover', {-> bufnr('ALEPreviewWindow') > 0})
  return join(getbufline('ALEPreviewWindow', 1, '$'), "\n")
endfunction

" ALE asks for the number of a repair with this.
function! s:Answer(message) abort
  let s:seen.menu = map(filter(split(a:message, "\n"), {_, line -> line =~# '^\d'}), {_, line -> substitute(line, '^\d*) ', '', '')})
  return '1'
endfunction

function! s:Repair() abort
  call s:WaitFor('a finding', {-> !empty(s:Findings())})
  let s:seen.before = map(s:Findings(), {_, found -> s:Told(found)})
  call cursor(s:Findings()[0].lnum, s:Findings()[0].col)
  let s:seen.hover = s:Hover()
  runtime autoload/ale/util.vim
  function! ale#util#Input(message, ...) abort
    return s:Answer(a:message)
  endfunction
  ALECodeAction
  call s:WaitFor('the repair', {-> &modified || getline(1, '$') != readfile($AZMLFLOW_FILE)})
  ALELint
  call s:WaitFor('the finding to go', {-> empty(s:Findings())})
  let s:seen.after = s:Findings()
  silent write
endfunction

function! s:Page(command) abort
  execute 'Azmlflow' . toupper(a:command[0]) . a:command[1:]
  let name = 'azmlflow://' . a:command
  call s:WaitFor('the page of ' . a:command, {-> bufwinnr(name) > 0 && getbufline(name, 1)[0] !=# ''})
  return join(getbufline(name, 1, '$'), "\n")
endfunction

function! s:Commands() abort
  let s:seen.pages = {}
  let window = win_getid()
  for command in split($AZMLFLOW_COMMANDS, ' ')
    let s:seen.pages[command] = s:Page(command)
  endfor
  let s:seen.stayed = win_getid() == window ? v:true : v:false
endfunction

function! s:Write() abort
  call writefile([json_encode(s:seen)], $AZMLFLOW_SEEN)
  qall!
endfunction

try
  execute 'edit ' . fnameescape($AZMLFLOW_FILE)
  if empty($AZMLFLOW_COMMANDS)
    call s:Repair()
  else
    call s:Commands()
  endif
catch
  let s:seen.fault = v:exception . ' ' . v:throwpoint
endtry
call s:Write()
