using System.Runtime.InteropServices;
using System.Text;
using PollMode.Linux;

namespace PollMode.Isolation;

/// <summary>A data plane as a process of its own: answers the requests that come by its standard input, until that ends, because the app has ended or wants it to end.</summary>
internal sealed class Companion
{
    /// <summary>What the app starts the program with.</summary>
    internal const string Argument = "--pollmode-companion";

    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(8);

    private readonly DataPlaneServer _server;
    private readonly Stream _input = Console.OpenStandardInput();
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Lock _writing = new();

    private Companion(DataPlaneServer server) => _server = server;

    internal static int Run(DataPlaneServer server, string[] arguments)
    {
        if (arguments is not [Argument])
        {
            Console.Error.WriteLine($"This program is the data plane of an app, which starts it by itself ('{nameof(DataPlanePlace)}.{nameof(DataPlanePlace.InProcess)}').");
            return 1;
        }

        // What a stage prints goes where it does no harm.
        Console.SetOut(Console.Error);

        // Ctrl-C in a terminal and a stopping service reach every process of the group; when this one ends is the app's to say.
        SchedulingGroup.KeepWeight(static () => LibC.SetSid());
        using PosixSignalRegistration interrupt = Ignore(PosixSignal.SIGINT);
        using PosixSignalRegistration terminate = Ignore(PosixSignal.SIGTERM);
        using PosixSignalRegistration hangUp = Ignore(PosixSignal.SIGHUP);
        new Companion(server).Serve();
        return 0;
    }

    private static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, static context => context.Cancel = true);

    private void Serve()
    {
        Write(new BorderMessage(0, (int)BorderStatus.Done, 0, BorderVersion.Bytes));
        try
        {
            while (BorderMessage.Read(_input) is { } request)
            {
                // Requests may wait for each other: a stop for packets, a question for events.
                ThreadPool.UnsafeQueueUserWorkItem(static state => state.Companion.Answer(state.Request), (Companion: this, Request: request), preferLocal: false);
            }
        }
        finally
        {
            // A worker that does not come back from a stage must not outlive the app.
            var close = new Thread(_server.Close) { IsBackground = true, Name = "pollmode-close" };
            close.Start();
            if (!close.Join(CloseTime))
            {
                Console.Error.WriteLine($"The data plane's engine has not closed within {CloseTime.TotalSeconds} s of the app's end; its process ends all the same.");
                Environment.Exit(1);
            }
        }
    }

    private void Answer(BorderMessage request)
    {
        BorderStatus status;
        byte[] reply;
        try
        {
            reply = _server.Answer((BorderVerb)request.Kind, request.Session, request.Body);
            status = BorderStatus.Done;
        }
#pragma warning disable CA1031 // Whatever it is, the app is the one to hear of it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            (status, string text) = BorderFault.Of(fault);
            reply = Encoding.UTF8.GetBytes(text);
        }

        Write(request with { Kind = (int)status, Body = reply });
    }

    private void Write(BorderMessage message)
    {
        try
        {
            lock (_writing)
            {
                message.Write(_output);
            }
        }
        catch (IOException)
        {
            // The app has gone: the end of the input says so too.
        }
    }
}
