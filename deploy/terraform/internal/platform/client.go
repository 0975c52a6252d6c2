// Package platform calls the control plane of an InferenceKey platform with an SDK token.
package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	// An answer of the control plane about one workload is a few kilobytes.
	largestAnswer = 8 << 20
	attempts      = 4
	longestPause  = 20 * time.Second
	// A server that says nothing for so long will not say more.
	patience = 30 * time.Second
)

var sdkToken = regexp.MustCompile(`^ik_sdk_[0-9a-f]{8}_[0-9a-f]{64}$`)

// Workload is one as the control plane tells it, or as it is declared: then what is nil is left as it is.
type Workload struct {
	ID                    string          `json:"id,omitempty"`
	ProjectSlug           string          `json:"project_slug,omitempty"`
	Slug                  *string         `json:"slug,omitempty"`
	Name                  *string         `json:"name,omitempty"`
	Description           *string         `json:"description,omitempty"`
	TaskType              *string         `json:"task_type,omitempty"`
	Backend               *string         `json:"backend,omitempty"`
	ModelName             *string         `json:"model_name,omitempty"`
	Config                json.RawMessage `json:"config,omitempty"`
	WorkerID              *string         `json:"worker_id,omitempty"`
	GPUResourceID         *string         `json:"gpu_resource_id,omitempty"`
	ExecutionPolicy       *string         `json:"execution_policy,omitempty"`
	ExecutionPolicyConfig json.RawMessage `json:"execution_policy_config,omitempty"`
	EndpointURL           string          `json:"endpoint_url,omitempty"`
	Status                *Status         `json:"status,omitempty"`
}

// Status is how a workload stands.
type Status struct {
	Phase           string `json:"phase"`
	Message         string `json:"message"`
	ReadyReplicas   int64  `json:"ready_replicas"`
	DesiredReplicas int64  `json:"desired_replicas"`
}

// Error is a refusal of the control plane.
type Error struct {
	Status    int    `json:"-"`
	Code      string `json:"error"`
	Message   string `json:"message"`
	Field     string `json:"field"`
	RequestID string `json:"request_id"`
}

func (e *Error) Error() string {
	told := e.Message
	if e.Field != "" {
		told = e.Field + ": " + told
	}
	return fmt.Sprintf("%s (%s, HTTP %d, request %s)", told, e.Code, e.Status, e.RequestID)
}

// IsMissing tells whether the control plane answered that there is no such workload.
func IsMissing(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.Code == "workload_not_found"
}

// IsTaken tells whether there is another workload with this slug.
func IsTaken(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.Code == "slug_taken"
}

// Client is safe for concurrent use.
type Client struct {
	base  string
	token string
	agent string
	http  *http.Client
	pause func(context.Context, time.Duration) error
}

// NewClient makes a client of the platform at an address; an error says what is wrong with address or token, and never holds the token.
func NewClient(base, token, agent string) (*Client, error) {
	address, err := url.Parse(base)
	if err != nil || (address.Scheme != "https" && address.Scheme != "http") || address.Host == "" || address.User != nil ||
		address.RawQuery != "" || address.Fragment != "" {
		return nil, errors.New("the address must be like https://inference.example.com, without credentials, query or fragment")
	}
	token = strings.TrimSpace(token)
	if strings.HasPrefix(token, "ik_live_") {
		return nil, errors.New("this is an API key, which calls workloads; declaring them takes an SDK token, ik_sdk_…")
	}
	if !sdkToken.MatchString(token) {
		return nil, errors.New("this is no SDK token: it must be ik_sdk_ and 8 hex digits, _ and 64 hex digits; was it cut off when it was copied?")
	}
	return &Client{
		base:  strings.TrimRight(base, "/"),
		token: token,
		agent: agent,
		http: &http.Client{
			Timeout: patience,
			// The token must reach no other place.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pause: wait,
	}, nil
}

// Get reads a workload.
func (c *Client) Get(ctx context.Context, project, slug string) (*Workload, error) {
	found := new(Workload)
	_, err := c.call(ctx, http.MethodGet, path(project, slug), nil, found)
	return found, err
}

// Create declares a workload, and tells whether it is new: one that is there already, just as declared, is no error.
func (c *Client) Create(ctx context.Context, project string, declared Workload) (*Workload, bool, error) {
	made := new(Workload)
	status, err := c.call(ctx, http.MethodPost, path(project, ""), declared, made)
	return made, status == http.StatusCreated, err
}

// Update changes what is declared of a workload.
func (c *Client) Update(ctx context.Context, project, slug string, declared Workload) (*Workload, error) {
	changed := new(Workload)
	_, err := c.call(ctx, http.MethodPatch, path(project, slug), declared, changed)
	return changed, err
}

// Delete deletes a workload and stops what runs for it.
func (c *Client) Delete(ctx context.Context, project, slug string) error {
	_, err := c.call(ctx, http.MethodDelete, path(project, slug), nil, nil)
	return err
}

// AwaitReady looks until the workload with an id serves, has failed, or the time is over, and returns what it saw last.
func (c *Client) AwaitReady(ctx context.Context, id string, timeout time.Duration) (*Workload, error) {
	end := time.Now().Add(timeout)
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		found := new(Workload)
		if _, err := c.call(ctx, http.MethodGet, "/api/workloads/"+url.PathEscape(id), nil, found); err != nil {
			return nil, err
		}
		left := time.Until(end)
		if found.Status == nil || found.Status.Phase == "ready" || found.Status.Phase == "error" || left <= 0 {
			return found, nil
		}
		if err := c.pause(ctx, min(pause, left)); err != nil {
			return nil, err
		}
	}
}

func path(project, slug string) string {
	workloads := "/api/projects/" + url.PathEscape(project) + "/workloads"
	if slug == "" {
		return workloads
	}
	return workloads + "/" + url.PathEscape(slug)
}

// call retries what the server did not get to, or put off: each call here may be made twice.
func (c *Client) call(ctx context.Context, method, path string, body, into any) (int, error) {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return 0, err
		}
	}
	for attempt := 1; ; attempt++ {
		status, after, err := c.once(ctx, method, path, sent, into)
		if err == nil || attempt == attempts || !(status == 0 || status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
			return status, err
		}
		if after == 0 {
			after = time.Second << (attempt - 1)
		}
		if after > longestPause {
			return status, err
		}
		if stopped := c.pause(ctx, after); stopped != nil {
			return status, err
		}
	}
}

func (c *Client) once(ctx context.Context, method, path string, sent []byte, into any) (int, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(sent))
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("User-Agent", c.agent)
	request.Header.Set("Accept", "application/json")
	if sent != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, 0, fmt.Errorf("the platform at %s can't be reached: %w", c.base, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err != nil {
		return 0, 0, fmt.Errorf("the answer of %s broke off: %w", c.base, err)
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	after := time.Duration(max(seconds, 0)) * time.Second
	if response.StatusCode >= 300 {
		refusal := &Error{Status: response.StatusCode}
		if json.Unmarshal(answer, refusal) != nil || refusal.Code == "" {
			return response.StatusCode, after, fmt.Errorf("%s answered HTTP %d, and not as an InferenceKey platform does: is the address right?", c.base, response.StatusCode)
		}
		return response.StatusCode, after, refusal
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			return response.StatusCode, 0, fmt.Errorf("%s did not answer as an InferenceKey platform does: %w", c.base, err)
		}
	}
	return response.StatusCode, 0, nil
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
