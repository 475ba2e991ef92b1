using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace PollMode.Isolation;

/// <summary>The data plane in a process of its own: requests go to its standard input, replies come from its standard output, rings are in shared memory that it inherits.</summary>
internal sealed class ProcessBorder : IBorder
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>One process at a time inherits its memory, and no other that is started meanwhile by this class.</summary>
    private static readonly Lock Starting = new();

    private readonly string _path;
    private readonly TimeSpan _silence;
    private readonly Process _process;
    private readonly Stream _requests;
    private readonly Stream _replies;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<BorderMessage>> _pending = new();
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _reader;
    private volatile bool _ending;
    private volatile bool _ended;
    private volatile bool _isSilent;
    private int _lastNumber;

    /// <summary>Starts the process and waits until it answers.</summary>
    /// <param name="path">The program.</param>
    /// <param name="memory">What it inherits.</param>
    /// <param name="silence">How long a question for events may stay without an answer before the process is taken for dead, and killed.</param>
    /// <exception cref="PollModeException">It cannot be started, is no data plane, or is of another version.</exception>
    internal ProcessBorder(string path, RingMemory memory, TimeSpan silence)
    {
        _path = Path.GetFullPath(path);
        _silence = silence;
        _process = Start(memory);
        _requests = _process.StandardInput.BaseStream;
        _replies = _process.StandardOutput.BaseStream;
        try
        {
            Greet();
        }
        catch
        {
            End(kill: true);
            throw;
        }

        _reader = new Thread(Read, 1 << 18) { Name = "pollmode-replies", IsBackground = true };
        _reader.Start();
    }

    public Task Lost => _lost.Task;

    public byte[] Ask(BorderVerb verb, long session, ReadOnlySpan<byte> request)
    {
        int number = Interlocked.Increment(ref _lastNumber);
        var reply = new TaskCompletionSource<BorderMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[number] = reply;
        try
        {
            lock (_writing)
            {
                new BorderMessage(number, (int)verb, session, request.ToArray()).Write(_requests);
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // It has gone: the reader hears so, too, and says why to all who wait.
        }

        if (_ended)
        {
            // It went while the question was on its way: nobody answers it any more.
            Fail(number);
        }

        if (verb == BorderVerb.WaitForEvents)
        {
            KillUnlessAnswered(reply.Task);
        }

        BorderMessage answer = reply.Task.GetAwaiter().GetResult();
        return answer.Kind == (int)BorderStatus.Done ? answer.Body : throw BorderFault.ToException((BorderStatus)answer.Kind, Encoding.UTF8.GetString(answer.Body));
    }

    public void Dispose()
    {
        _ending = true;
        End(kill: false);
        _reader.Join();
    }

    private static string FindDotNet()
    {
        string own = Environment.ProcessPath ?? string.Empty;
        if (Path.GetFileName(own) == "dotnet")
        {
            return own;
        }

        // .../dotnet/shared/Microsoft.NETCore.App/10.0.0/
        string above = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(above) ? above : "dotnet";
    }

    private Process Start(RingMemory memory)
    {
        if (!File.Exists(_path))
        {
            throw new PollModeException($"The data plane's program '{_path}' is not there; the app's project must refer to the data plane's, whose OutputType is Exe (see the README of PollMode.Isolation).");
        }

        bool isManaged = _path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isManaged ? FindDotNet() : _path, isManaged ? [_path, Companion.Argument] : [Companion.Argument])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // A data plane that allocates nothing has no use for a collector's thread of its own. A runtime knob of the user's stays.
        start.Environment.TryAdd("DOTNET_gcConcurrent", "0");
        lock (Starting)
        {
            memory.SetInherited(true);
            try
            {
                return Process.Start(start)!;
            }
            catch (Win32Exception fault)
            {
                throw new PollModeException($"The data plane's program '{_path}' cannot be started ({fault.Message}); it must be a program of this machine, and executable.", fault);
            }
            finally
            {
                memory.SetInherited(false);
            }
        }
    }

    /// <summary>The first that it says is its version.</summary>
    private void Greet()
    {
        const string Remedy = "its Main must be 'return DataPlane.Run<...>(args)', and what it printed may say more";
        Task<BorderMessage?> greeting = Task.Run(() => BorderMessage.Read(_replies));
        if (Task.WaitAny([greeting], StartPatience) < 0)
        {
            throw new PollModeException($"The data plane's program '{_path}' has said nothing for {StartPatience.TotalSeconds} s; {Remedy}.");
        }

        if (greeting.IsFaulted)
        {
            throw new PollModeException($"The program '{_path}' is no data plane, for it speaks of something else; {Remedy}.", greeting.Exception.InnerException!);
        }

        if (greeting.Result is not { } message)
        {
            throw new PollModeException($"The data plane's program '{_path}' has ended at once{ExitText()}; {Remedy}.");
        }

        BorderVersion.Check($"'{_path}'", Encoding.UTF8.GetString(message.Body));
    }

    /// <summary>
    /// A process that is there and does not answer (stopped, or out of threads) would hold up whoever asks it for ever. The question for events is
    /// always under way and answered within a second: it is the one to tell by.
    /// </summary>
    private void KillUnlessAnswered(Task reply)
    {
        // Once more for a moment: if this process was the one that stood still, the answer is there already.
        if (Task.WaitAny([reply], _silence) < 0 && Task.WaitAny([reply], Grace) < 0)
        {
            _isSilent = true;
            _process.Kill();
        }
    }

    private void Read()
    {
        try
        {
            while (BorderMessage.Read(_replies) is { } reply)
            {
                if (_pending.TryRemove(reply.Number, out TaskCompletionSource<BorderMessage>? waiting))
                {
                    waiting.SetResult(reply);
                }
            }
        }
#pragma warning disable CA1031 // However the pipe ends, the other side has gone.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Said below.
        }

        if (!_ending)
        {
            string exit = ExitText();
            _lost.TrySetException(new PollModeException(_isSilent
                ? $"The data plane's process '{_path}' has not answered for {_silence.TotalSeconds} s and was killed; if a debugger holds it, allow it a longer silence."
                : $"The data plane's process '{_path}' has ended by itself{exit}; what it printed may say why."));
        }

        _ended = true;
        foreach (int number in _pending.Keys)
        {
            Fail(number);
        }
    }

    private void Fail(int number)
    {
        if (_pending.TryRemove(number, out TaskCompletionSource<BorderMessage>? waiting))
        {
            waiting.TrySetException(_lost.Task.Exception?.InnerException ?? new InvalidOperationException("The data plane's process has ended; the engine was disposed."));
        }
    }

    private string ExitText() => _process.WaitForExit(EndPatience) ? $" with code {_process.ExitCode}" : string.Empty;

    private void End(bool kill)
    {
        _requests.Dispose();
        if (kill || !_process.WaitForExit(EndPatience))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _replies.Dispose();
        _process.Dispose();
    }
}
